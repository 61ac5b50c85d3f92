import {federatedStandardiser} from "../participant/index.ts";
import type {TrainedRun} from "./run-facts.ts";

/** The sentence on its use in every certified model. */
export const INTENDED_USE =
  "Research use only. This is not a medical device: no decision about a patient may rest on it.";

/** The result of a run: its values and their hash. */
export interface RunResult {
  /** SHA-256 of layout hash and values, as the last certificate names it. */
  readonly hash: string;
  /** `[values]`, the whole certified snapshot; not to be changed. */
  readonly values: Float32Array;
}

/** The scaling that the model carries, for readers in any language. */
function normalisationOf({plan, stages, contract}: TrainedRun, values: Float32Array): object {
  const {standardisation: scaledBy} = plan.plan.task;
  const statistics = stages.statisticsOf(values);
  if (statistics === null) return {scaledBy, mean: null, scale: null};
  const {mean, scale} = federatedStandardiser(statistics, contract.features);
  // A feature that did not vary has an infinite scale: it is always 0. JSON has no infinity.
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {scaledBy, mean: Array.from(mean), scale: Array.from(scale, finite)};
}

/** A table's features by name; of tiles all are alike. */
function inputOf({contract: {kind, features}}: TrainedRun): object {
  if (kind === "tabular") return {kind, features};
  const [first] = features;
  return {kind, features: features.length, range: [first?.low, first?.high]};
}

/**
 * The model card as JSON, `model.json`: what the model is for, what it takes and gives, and where it comes
 * from. It follows from the other files alone, so that a verifier can make it again.
 */
export function cardText(facts: TrainedRun, {hash, values}: RunResult): string {
  const {plan, attempt, run, roster, contract, stages, rounds, rosterHash} = facts;
  const {model, training, privacy, task} = plan.plan;
  const card = {
    formatVersion: 1,
    name: plan.plan.name,
    intendedUse: INTENDED_USE,
    predicts: {
      task: contract.name,
      synthetic: contract.synthetic,
      label: contract.label,
      survival: contract.survival,
    },
    input: inputOf(facts),
    normalisation: normalisationOf(facts, values),
    architecture: model,
    tensors: stages.snapshot.tensors,
    keptAtSites: training.local,
    privacy,
    origin: {
      consortium: roster.consortium,
      plan: plan.hash,
      run,
      attempt,
      roster: rosterHash,
      contract: task.contract,
      rounds,
      model: hash,
    },
  };
  return `${JSON.stringify(card, null, 2)}\n`;
}
