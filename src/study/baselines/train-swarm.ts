import {applyRobustRule} from "../../robust/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import {averageUpdates, type Weighted} from "./average-updates.ts";
import type {Learning} from "./experiment.ts";
import {type FederatedMember, federatedMembers} from "./members.ts";
import type {FedAvgModel} from "./train-fed-avg.ts";

/** Settings of a leader's merge, in the terms of HPE Swarm Learning. */
export interface SwarmSettings {
  readonly merge: "mean" | "coordinate-median" | "geometric-median";
  /** Least number of models to merge. */
  readonly minimumPeers: number;
  /** Number of local steps between two merges. */
  readonly synchronisationSteps: number;
  /** Weights in the mean: equal for all nodes, or by their train patients. Medians use no weights. */
  readonly weightage: "equal" | "cohort";
}

const RULES = {"coordinate-median": "median", "geometric-median": "geometric-median"} as const;

function merge(
  {merge: rule, weightage}: SwarmSettings,
  start: Float32Array,
  parts: readonly Weighted[],
): Float32Array {
  if (rule === "mean") {
    return averageUpdates(start, weightage === "cohort" ? parts : parts.map((part) => ({...part, share: 1})));
  }
  const updates = parts.map(({vector}) => vector.map((value, index) => value - (start[index] as number)));
  const {values} = applyRobustRule(
    {rule: RULES[rule], faulty: 0, adaptiveClipping: false, nearestNeighbours: false},
    updates,
  );
  return start.map((value, index) => value + (values[index] as number));
}

/** Takes one member's steps up to the next merge, or none if it has taken all of its own. */
async function stepsUpTo(
  {plan, takeSteps}: Learning,
  {name, rows}: FederatedMember,
  {start, from, to}: {readonly start: Float32Array; readonly from: number; readonly to: number},
): Promise<Float32Array> {
  const all = plan.rounds * stepsOf(plan.training, examplesOf(plan.model, rows));
  const steps = Math.min(to, all) - from;
  if (steps <= 0) return start;
  return await takeSteps({name, rows, start, firstStep: from, steps, proximal: 0});
}

/**
 * Swarm learning as in HPE's product: after a fixed number of local steps a leader merges the nodes' models
 * and all continue from the result, until each has taken the plan's steps. Unlike theirs, the optimiser
 * starts afresh after a merge, as everywhere in this package, so methods differ only in the merging.
 * @param onMerge receives the model after each merge
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY, GOSSIP_ROBUST_TOO_FEW
 * @see Warnat-Herresthal et al., Swarm learning, Nature 594:265 (2021), methods; Saldanha et al. 2022
 */
export async function trainSwarm(
  learning: Learning,
  sites: readonly SiteData[],
  settings: SwarmSettings,
  onMerge: (merge: number, model: FedAvgModel) => void | Promise<void> = () => {},
): Promise<FedAvgModel> {
  const {plan, initial} = learning;
  const members = federatedMembers(learning, sites);
  const standardisers = members.map(({standardiser}) => standardiser);
  const longest = Math.max(
    ...members.map(({rows}) => plan.rounds * stepsOf(plan.training, examplesOf(plan.model, rows))),
  );
  let model: Float32Array = initial.slice();
  if (members.length < settings.minimumPeers) return {parameters: model, standardisers};
  for (let from = 0, count = 0; from < longest; from += settings.synchronisationSteps, count++) {
    const start = model;
    const to = from + settings.synchronisationSteps;
    const parts = await Promise.all(
      members.map(async (member) => ({
        vector: await stepsUpTo(learning, member, {start, from, to}),
        share: member.share,
      })),
    );
    model = merge(settings, start, parts);
    await onMerge(count, {parameters: model, standardisers});
  }
  return {parameters: model, standardisers};
}
