import path from "node:path";
import {featuresOf, joinMatrices, type PatientMatrix, readTask, standardise} from "../../src/data/index.ts";
import {accuracy, concordanceIndex} from "../../src/evaluation/index.ts";
import type {ComputeBackend} from "../../src/model/index.ts";
import {patientLabels, patientTimes} from "../../src/node/index.ts";
import {unsharedStandardiser} from "../../src/participant/index.ts";
import {readSites, type SiteData} from "../../src/simulation/index.ts";
import {
  createLocalExperiment,
  type LocalExperiment,
  type TrainingPlan,
  trainFedAvg,
  trainLocal,
  trainPooled,
} from "../../src/study/index.ts";
import {patientScores} from "../../src/training/index.ts";
import {sharedDataFolder} from "../shared-data-folder.ts";

/** FLamby's budget of one data set, as its benchmark has it. */
export interface FlambyProtocol {
  readonly taskFile: string;
  /** Of the files of its results. */
  readonly prefix: "heart" | "tcga";
  readonly metric: "accuracy" | "c-index";
  readonly model: TrainingPlan["model"];
  readonly batchSize: number;
  /** Adam of the pooled and the local training. */
  readonly adam: {readonly learningRate: number; readonly epochs: number};
  /** Plain SGD between two averages, 100 updates at each centre. */
  readonly federated: {readonly rounds: number; readonly learningRate: number; readonly proximal: number};
  /** Whose statistics scale test rows: those of their centre, or none. */
  readonly standardisation: "site" | "none";
}

const CONFIG = path.join(import.meta.dirname, "../../config");

/** The budgets of FLamby's benchmark. */
export const FLAMBY_PROTOCOLS = {
  "fed-heart-disease": {
    taskFile: path.join(CONFIG, "presets/fed-heart-disease.task.yaml"),
    prefix: "heart",
    metric: "accuracy",
    model: {architecture: "logistic"},
    batchSize: 4,
    adam: {learningRate: 0.001, epochs: 50},
    federated: {rounds: 15, learningRate: 0.001, proximal: 0.01},
    standardisation: "site",
  },
  "fed-tcga-brca": {
    taskFile: path.join(CONFIG, "experiments/fed-tcga-brca/task.yaml"),
    prefix: "tcga",
    metric: "c-index",
    model: {architecture: "cox"},
    batchSize: 8,
    adam: {learningRate: 0.1, epochs: 30},
    federated: {rounds: 5, learningRate: 0.1, proximal: 0.1},
    standardisation: "none",
  },
} as const satisfies Readonly<Record<string, FlambyProtocol>>;

/** One figure of a protocol's run. */
export interface ProtocolFigure {
  readonly method: string;
  readonly test: string;
  /** Null where it is undefined. */
  readonly value: number | null;
  readonly n: number;
}

const UPDATES = 100;
const POOLED_TEST = "Pooled Test";

function planOf(protocol: FlambyProtocol, seed: number, change: Pick<TrainingPlan, "rounds" | "training">) {
  const {model, standardisation} = protocol;
  // N0 and cap above every centre's patients, so that they count as they are.
  return {
    seed,
    model,
    task: {standardisation},
    weights: {unit: "patients", reference: 256, cap: 256},
    ...change,
  } as const;
}

function centralPlan(protocol: FlambyProtocol, seed: number): TrainingPlan {
  const {learningRate, epochs} = protocol.adam;
  const optimizer = {
    name: "adamw",
    learningRate,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  } as const;
  const training = {
    optimizer,
    batchSize: protocol.batchSize,
    localSteps: {epochs},
    proximal: 0,
    driftCorrection: "none",
    normalisation: "none",
    local: [],
  } satisfies TrainingPlan["training"];
  return planOf(protocol, seed, {rounds: 1, training});
}

function federatedPlan(protocol: FlambyProtocol, seed: number, proximal: number): TrainingPlan {
  const {rounds, learningRate} = protocol.federated;
  const optimizer = {name: "sgd", learningRate, momentum: 0, weightDecay: 0} as const;
  const training = {
    optimizer,
    batchSize: protocol.batchSize,
    localSteps: UPDATES,
    proximal,
    driftCorrection: "none",
    normalisation: "none",
    local: [],
  } satisfies TrainingPlan["training"];
  return planOf(protocol, seed, {rounds, training});
}

/** Test patients of one name, scaled as FLamby scales them whatever the model was trained on. */
interface TestGroup {
  readonly test: string;
  readonly rows: PatientMatrix;
}

function testGroups(
  {standardisation}: FlambyProtocol,
  {features}: LocalExperiment,
  sites: readonly SiteData[],
): TestGroup[] {
  const scaled = (train: PatientMatrix, test: PatientMatrix): PatientMatrix =>
    standardise(test, unsharedStandardiser(standardisation, train, features));
  const pooled = (part: "train" | "test"): PatientMatrix => joinMatrices(sites.map(({split}) => split[part]));
  return [
    ...sites.map(({split}, centre) => ({
      test: `client_test_${centre}`,
      rows: scaled(split.train, split.test),
    })),
    {test: POOLED_TEST, rows: scaled(pooled("train"), pooled("test"))},
  ];
}

function figuresOf(
  {metric}: FlambyProtocol,
  {model, plan}: LocalExperiment,
  groups: readonly TestGroup[],
  {method, parameters}: {readonly method: string; readonly parameters: Float32Array},
): ProtocolFigure[] {
  return groups.map(({test, rows}) => {
    const scores = patientScores({model, spec: plan.model, parameters}, rows);
    const labels = patientLabels(rows);
    const times = patientTimes(rows) ?? [];
    const value =
      metric === "accuracy"
        ? (accuracy(labels, scores)?.value ?? null)
        : concordanceIndex({times, events: labels, scores});
    return {method, test, value, n: rows.patients};
  });
}

/** Reads the centres of a protocol's data set, in FLamby's order. */
export async function readCentres({taskFile}: FlambyProtocol): Promise<SiteData[]> {
  const located = await readTask(taskFile);
  const variables = {CONSILIUM_SHARED_DATA: sharedDataFolder()};
  // The split is the file's: no seed decides anything.
  return await readSites({...located, sites: Object.keys(located.task.sites), seed: 0, variables});
}

/**
 * FLamby's pooled training, local trainings, FedAvg and FedProx under its budget, on all centres' tests and on the
 * pooled test. Start and batches are drawn by our own generator, so that a seed is another draw than FLamby's of the
 * same number.
 */
export async function runProtocol(
  backend: ComputeBackend,
  protocol: FlambyProtocol,
  sites: readonly SiteData[],
  seed: number,
): Promise<ProtocolFigure[]> {
  const features = featuresOf((await readTask(protocol.taskFile)).task);
  const experimentOf = (plan: TrainingPlan): LocalExperiment =>
    createLocalExperiment(backend, plan, features);
  const central = experimentOf(centralPlan(protocol, seed));
  const groups = testGroups(protocol, central, sites);
  const models = [{method: "Pooled Training", parameters: (await trainPooled(central, sites)).parameters}];
  for (const [centre, site] of sites.entries()) {
    models.push({method: `Local ${centre}`, parameters: (await trainLocal(central, site)).parameters});
  }
  for (const [method, proximal] of [
    ["FedAvg", 0],
    ["FedProx", protocol.federated.proximal],
  ] as const) {
    const federated = experimentOf(federatedPlan(protocol, seed, proximal));
    models.push({method, parameters: (await trainFedAvg(federated, sites)).parameters});
  }
  return models.flatMap((model) => figuresOf(protocol, central, groups, model));
}
