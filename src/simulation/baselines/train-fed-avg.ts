import type {Standardiser} from "../../data/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import {averageUpdates, type Weighted} from "./average-updates.ts";
import type {Learning} from "./experiment.ts";
import {type FederatedMember, federatedMembers} from "./members.ts";
import type {SiteData} from "./site-data.ts";

/** What central federated averaging gives. */
export interface FedAvgModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  /** How each site scales its rows, in the sites' order. */
  readonly standardisers: readonly Standardiser[];
}

/**
 * Federated averaging by one machine that holds everything: each round, every site's local steps from the common
 * f32 snapshot, with the daemons' own batches; then {@link averageUpdates}, weighted as the plan says. What the daemons
 * compute together must equal it, for a plan without drift correction, normalisation, local tensors and outer step:
 * this follows none of them.
 * @param sites at least one
 * @param onRound is given the model after each round
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 * @see McMahan et al. 2017, algorithm 1, with all clients in each round
 */
export async function trainFedAvg(
  learning: Learning,
  sites: readonly SiteData[],
  onRound: (round: number, model: FedAvgModel) => void | Promise<void> = () => {},
): Promise<FedAvgModel> {
  const {plan, initial} = learning;
  const members = federatedMembers(learning, sites);
  const standardisers = members.map(({standardiser}) => standardiser);
  let snapshot: Float32Array = initial.slice();
  for (let round = 0; round < plan.rounds; round++) {
    snapshot = averageUpdates(snapshot, await trainRound(learning, members, {start: snapshot, round}));
    await onRound(round, {parameters: snapshot, standardisers});
  }
  return {parameters: snapshot, standardisers};
}

/** Every site's local steps of a round from a common start, side by side. */
async function trainRound(
  {plan, takeSteps}: Learning,
  members: readonly FederatedMember[],
  {start, round}: {readonly start: Float32Array; readonly round: number},
): Promise<Weighted[]> {
  const {proximal} = plan.training;
  return await Promise.all(
    members.map(async ({name, rows, share}) => {
      const steps = stepsOf(plan.training, examplesOf(plan.model, rows));
      const places = {start, firstStep: round * steps, steps, proximal};
      return {vector: await takeSteps({name, rows, ...places}), share};
    }),
  );
}
