import {composePlan, type Experiment, experimentSchema} from "../../../src/config/index.ts";
import {type Plan, parsePlan} from "../../../src/consortium/index.ts";
import {createRandom} from "../../../src/core/index.ts";
import type {Feature, PatientMatrix, SealedSplit} from "../../../src/data/index.ts";
import {
  type Cohort,
  type CohortKind,
  openTrainerPool,
  type SiteData,
  type TrainerPool,
  type Trial,
} from "../../../src/simulation/index.ts";
import {workerUrl} from "../../training/worker-url.ts";

const NONE = {rows: 0, patients: 0, positivePatients: 0, negativePatients: 0};

function rowsOf(
  site: string,
  count: number,
  {classes, features}: Pick<Cohort, "classes" | "features">,
): PatientMatrix {
  const random = createRandom({seed: 11, site, round: 0, purpose: "test rows"});
  const d = features.length;
  const labels = Uint8Array.from({length: count}, () => random.below(classes));
  const values = new Float32Array(count * d);
  for (let index = 0; index < values.length; index++) {
    const label = labels[Math.floor(index / d)] ?? 0;
    values[index] = (index % d === label ? 1 : 0) + 0.5 * random.normal();
  }
  return {
    n: count,
    d,
    values,
    labels,
    patients: count,
    patientOf: Uint32Array.from({length: count}, (_, row) => row),
  };
}

function splitOf(train: PatientMatrix): SealedSplit {
  const empty = {...train, n: 0, patients: 0, values: new Float32Array(), labels: new Uint8Array()};
  const nobody: PatientMatrix = {...empty, patientOf: new Uint32Array()};
  const counts = {train: {...NONE, rows: train.n, patients: train.patients}, validation: NONE, test: NONE};
  return {train, validation: nobody, test: nobody, manifestHash: "00".repeat(32), counts, oneClassParts: []};
}

/** Invented sites, the first with 12 train patients and each further one with 3 more. */
export function inventedCohort(sites: number, kind: CohortKind = "binary", width = 4): Cohort {
  const features: Feature[] = Array.from({length: width}, (_, index) => ({
    name: `x${index}`,
    low: -4,
    high: 5,
  }));
  const classes = kind === "classes" ? 3 : 2;
  const named = Array.from({length: sites}, (_, index): SiteData => {
    const name = `site-${String(index).padStart(2, "0")}`;
    return {name, split: splitOf(rowsOf(name, 12 + 3 * index, {classes, features}))};
  });
  const input = {kind: "tabular"} as const;
  const facts = {isSynthetic: true, source: "invented for tests", contract: "11".repeat(32), input};
  return {kind, classes, ...facts, features, sites: named, external: []};
}

/** What a test changes of its experiment. */
export interface TrialChanges {
  readonly mixing?: Experiment["plan"]["mixing"];
  readonly training?: Partial<Experiment["plan"]["training"]>;
  readonly plan?: Partial<Experiment["plan"]>;
  readonly experiment?: Record<string, unknown>;
}

/** Rounds of one group in f32. */
export const ALL: Extract<Experiment["plan"]["mixing"], {readonly mode: "rounds"}> = {
  mode: "rounds",
  schedule: "all",
  codec: "f32",
  robust: "none",
  outer: "none",
};

const PLAN: Omit<Experiment["plan"], "mixing" | "training"> = {
  rounds: 3,
  task: {standardisation: "federated"},
  model: {architecture: "logistic"},
  weights: {unit: "patients", reference: 256, cap: 256},
  quorum: {weightShare: 0.5},
  deadline: {minimumSeconds: 2, maximumSeconds: 30},
  privacy: {clip: 10, noise: "none", secureSums: "none", disclosure: "public"},
  evaluation: {stopRule: "none", test: "once"},
  numerics: {parameters: "f32", accumulation: "f64"},
  retention: {models: 2},
};

const TRAINING: Experiment["plan"]["training"] = {
  optimizer: {name: "sgd", learningRate: 0.2, momentum: 0.5, weightDecay: 0},
  batchSize: 4,
  localSteps: 3,
  proximal: 0,
  driftCorrection: "none",
  normalisation: "none",
  local: [],
};

/** An experiment on invented sites. */
export function inventedExperiment({
  mixing = ALL,
  training,
  plan,
  experiment,
}: TrialChanges = {}): Experiment {
  return experimentSchema.parse({
    formatVersion: 1,
    name: "test",
    title: "Test",
    data: {
      source: "modes",
      features: 4,
      classes: 3,
      modes: 1,
      spread: 1,
      train: 100,
      test: 10,
      partition: {type: "iid", nodes: 4},
    },
    plan: {...PLAN, mixing, training: {...TRAINING, ...training}, ...plan},
    metrics: ["accuracy"],
    ...experiment,
  });
}

function planOf(experiment: Experiment, {contract, sites}: Cohort, seed: number): Plan {
  const facts = {
    name: "test",
    consortium: "test",
    task: {name: "test", contract, input: {kind: "tabular"} as const},
    start: {members: sites.length, patients: 1, waitSeconds: 30},
  };
  const settings = {formatVersion: 1 as const, ...experiment.plan, seed};
  return parsePlan(composePlan(settings, facts), "plan.yaml").plan;
}

/** What a trial is opened with beside its experiment. */
export interface TrialSetting {
  readonly cohort?: Cohort;
  readonly seed?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** The pool of a plan's training on the slowest backend, which is everywhere; `threads` 0 is the calling thread. */
export function openPool(
  {model: spec, training, seed}: Plan,
  cohort: Cohort,
  threads: number,
): Promise<TrainerPool> {
  return openTrainerPool({spec, training, seed, backend: "cpu", threads, cohort, workerUrl});
}

/** Opens a trial; who opens it closes its pool. */
export async function openTrial(experiment: Experiment, setting: TrialSetting = {}): Promise<Trial> {
  const {cohort = inventedCohort(4), seed = 5, threads = 0} = setting;
  const plan = planOf(experiment, cohort, seed);
  const pool = await openPool(plan, cohort, threads);
  return {
    experiment,
    point: {},
    seed,
    plan,
    cohort,
    pool,
    signal: setting.signal ?? new AbortController().signal,
  };
}
