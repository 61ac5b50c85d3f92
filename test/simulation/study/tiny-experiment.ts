import {type Experiment, experimentSchema} from "../../../src/config/index.ts";

const PLAN = {
  rounds: 2,
  task: {standardisation: "federated"},
  model: {architecture: "logistic"},
  training: {
    optimizer: {name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0},
    batchSize: 8,
    proximal: 0,
    localSteps: 3,
    driftCorrection: "none",
    normalisation: "none",
    local: [],
  },
  mixing: {mode: "rounds", schedule: "all", codec: "f32", robust: "none", outer: "none"},
  weights: {unit: "patients", reference: 256, cap: 256},
  quorum: {weightShare: 0.5},
  deadline: {minimumSeconds: 2, maximumSeconds: 30},
  privacy: {clip: 100, noise: "none", secureSums: "none", disclosure: "public"},
  evaluation: {stopRule: "none", test: "once"},
  numerics: {parameters: "f32", accumulation: "f64"},
  retention: {models: 2},
};

const DATA = {
  source: "cohorts",
  features: 5,
  separation: 1.5,
  shift: 0.5,
  sites: {
    leeds: {patients: 60, prevalence: 0.4},
    york: {patients: 40, prevalence: 0.5},
    hull: {patients: 50, prevalence: 0.3},
  },
  external: {bath: {patients: 40, prevalence: 0.5}},
  validation: 0.2,
  test: 0.3,
};

/** An experiment that runs in a moment: three invented hospitals and an external one. */
export function tinyExperiment(changes: Readonly<Record<string, unknown>> = {}): Experiment {
  return experimentSchema.parse({
    formatVersion: 1,
    name: "tiny",
    title: "Three invented hospitals",
    data: DATA,
    plan: PLAN,
    metrics: ["auroc", "accuracy"],
    ...changes,
  });
}
