import type {Standardiser} from "../../data/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import {averageUpdates, type Weighted} from "./average-updates.ts";
import type {Learning} from "./experiment.ts";
import {type FederatedMember, federatedMembers} from "./members.ts";

/** Result of central federated averaging. */
export interface FedAvgModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  /** Each site's scaling of its rows, in the sites' order. */
  readonly standardisers: readonly Standardiser[];
}

/**
 * Federated averaging by one machine that holds everything. In each round every site takes its local steps
 * from the common f32 snapshot, with the daemons' own batches. Then {@link averageUpdates} follows, with the
 * plan's weights. The daemons' joint result must equal it for a plan without drift correction, normalisation,
 * local tensors and outer step, none of which it supports.
 * @param sites at least one
 * @param onRound receives the model after each round
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

/** Takes every site's local steps of a round from a common start, side by side. */
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
