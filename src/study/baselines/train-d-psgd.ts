import {at, createRandom} from "../../core/index.ts";
import type {Standardiser} from "../../data/index.ts";
import {type MixingGraph, mixingGraph, type Phase} from "../../schedules/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Learning} from "./experiment.ts";
import {federatedMembers} from "./members.ts";

/** The nodes' models after decentralised training, in the sites' order. */
export interface DPsgdModels {
  /** `[n][layoutSize]`, owned by the receiver. */
  readonly models: readonly Float32Array[];
  readonly standardisers: readonly Standardiser[];
}

/** Computes x_i <- sum of W_ij x_j. Node i's own share is 1 minus its neighbours' shares; sums in f64. */
function mixOn({rows}: Phase, models: readonly Float32Array[]): Float32Array[] {
  return models.map((own, place) => {
    const neighbours = at(rows, place);
    const ownShare = 1 - neighbours.reduce((sum, {share}) => sum + share, 0);
    const near = neighbours.map(({node, share}) => ({share, model: at(models, node)}));
    return own.map((value, index) => {
      let sum = ownShare * value;
      for (const {share, model} of near) sum += share * (model[index] as number);
      return sum;
    });
  });
}

/**
 * Decentralised parallel SGD: every node keeps its own model from beginning to end. In each round a node
 * first takes its local steps from its own model. Then it takes the weighted mean of its own and its
 * neighbours' models of that round on the graph. The numbers of patients do not affect the weights. There is
 * no common model and none is adopted.
 * @param graph its places are the sites, in their order
 * @param onRound receives the round, from 0, and the nodes' models after it
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 * @see Lian et al., Can decentralized algorithms outperform centralized algorithms?, NeurIPS 2017, algorithm
 * 1; in this order and with several local steps Koloskova et al., A unified theory of decentralized SGD with
 * changing topology and local updates, ICML 2020, algorithm 1
 */
export async function trainDPsgd(
  learning: Learning,
  sites: readonly SiteData[],
  graph: MixingGraph,
  onRound: (round: number, held: DPsgdModels) => void | Promise<void> = () => {},
): Promise<DPsgdModels> {
  const {plan, initial, takeSteps} = learning;
  const members = federatedMembers(learning, sites);
  const standardisers = members.map(({standardiser}) => standardiser);
  const randomOf = (round: number) =>
    createRandom({seed: plan.seed, site: "", round, purpose: "random matching"});
  const phaseOf = mixingGraph(graph, members.length, randomOf);
  let models: Float32Array[] = members.map(() => initial.slice());
  for (let round = 0; round < plan.rounds; round++) {
    const trained = await Promise.all(
      members.map(async ({name, rows}, place) => {
        const steps = stepsOf(plan.training, examplesOf(plan.model, rows));
        const start = at(models, place);
        return await takeSteps({name, rows, start, firstStep: round * steps, steps, proximal: 0});
      }),
    );
    models = mixOn(phaseOf(round), trained);
    await onRound(round, {models, standardisers});
  }
  return {models, standardisers};
}
