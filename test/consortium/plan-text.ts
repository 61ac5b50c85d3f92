import {fromString} from "uint8arrays";
import {parsePlan} from "../../src/consortium/index.ts";
import {errorLine} from "../../src/core/index.ts";
/** A complete, sound plan, line by line, so that tests can change or drop a line. */
export const PLAN_LINES: readonly string[] = [
  "formatVersion: 1",
  "name: first",
  "consortium: crc-msi",
  "seed: 42",
  "rounds: 15",
  `task: {name: heart, contract: "${"ab".repeat(32)}", input: {kind: tabular}, standardisation: federated}`,
  "model: {architecture: logistic}",
  "training:",
  "  optimizer: {name: sgd, learningRate: 0.1, momentum: 0, weightDecay: 0}",
  "  batchSize: 16",
  "  proximal: 0",
  "  localSteps: 20",
  "  driftCorrection: none",
  "  normalisation: none",
  "  local: []",
  "mixing: {mode: rounds, schedule: all, codec: fp16, robust: none, outer: none}",
  "weights: {unit: patients, reference: 512, cap: 512}",
  "quorum: {weightShare: 0.5}",
  "start: {members: 4, patients: 100, waitSeconds: 5}",
  "deadline: {minimumSeconds: 1, maximumSeconds: 30}",
  "privacy: {clip: 10, noise: none, secureSums: none, disclosure: public}",
  "evaluation: {stopRule: none, test: once}",
  "numerics: {parameters: f32, accumulation: f64}",
  "retention: {models: 4}",
];

/** The plan with the first line that holds `part` replaced by `line` ("" drops it). */
export function planWith(part: string, line: string): string {
  const at = PLAN_LINES.findIndex((candidate) => candidate.includes(part));
  return PLAN_LINES.flatMap((candidate, index) =>
    index !== at ? [candidate] : line === "" ? [] : [line],
  ).join("\n");
}

/** The one line with which a plan of this text is refused, or "accepted". */
export function lineOf(text: string): string {
  try {
    parsePlan(fromString(text), "plan.yaml");
  } catch (error) {
    return errorLine(error);
  }
  return "accepted";
}
