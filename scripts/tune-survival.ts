/*
 * Chooses the frozen settings of the experiment fed-tcga-brca on validation patients alone:
 * `npx tsx scripts/tune-survival.ts`. Central FedAvg stands for the network, whose parameters equal it but for what the
 * codec rounds. The rule, fixed before the first run: the highest C-index on the validation patients of all sites joined,
 * mean over the seeds; of equal ones the first in the order of the grid. No test patient is scored here. Writes
 * docs/evidence/tuning-survival.json.
 */
import "../src/core/polyfill.ts";
import {writeFile} from "node:fs/promises";
import path from "node:path";
import {featuresOf, joinMatrices, type LocatedTask, readTask, standardise} from "../src/data/index.ts";
import {concordanceIndex} from "../src/evaluation/index.ts";
import {type ComputeBackend, openBackend} from "../src/model/index.ts";
import {readSites, type SiteData} from "../src/simulation/index.ts";
import {createLocalExperiment, type TrainingPlan, trainFedAvg} from "../src/study/index.ts";
import {patientScores} from "../src/training/index.ts";
import {evidenceHeader} from "./evidence/header.ts";
import {sharedDataFolder} from "./shared-data-folder.ts";

const SEEDS = [42, 43, 44, 45, 46];
const VALIDATION_SHARE = 0.25;
const ROUNDS = 15;
const GRID = {
  learningRate: [0.01, 0.03, 0.1, 0.3, 1],
  batchSize: [8, 32, "all"],
  localSteps: [10, 30],
  weightDecay: [0, 0.01, 0.03, 0.1],
  unit: ["patients", "events"],
} as const;

interface Choice {
  readonly learningRate: number;
  readonly batchSize: number | "all";
  readonly localSteps: number;
  readonly weightDecay: number;
  readonly unit: "patients" | "events";
}

const choices: Choice[] = GRID.learningRate.flatMap((learningRate) =>
  GRID.batchSize.flatMap((batchSize) =>
    GRID.localSteps.flatMap((localSteps) =>
      GRID.weightDecay.flatMap((weightDecay) =>
        GRID.unit.map((unit) => ({learningRate, batchSize, localSteps, weightDecay, unit})),
      ),
    ),
  ),
);

function planOf(
  {learningRate, batchSize, localSteps, weightDecay, unit}: Choice,
  seed: number,
): TrainingPlan {
  return {
    seed,
    rounds: ROUNDS,
    task: {standardisation: "federated"},
    model: {architecture: "cox"},
    training: {
      optimizer: {name: "sgd", learningRate, momentum: 0, weightDecay},
      batchSize,
      localSteps,
      proximal: 0,
      driftCorrection: "none",
      normalisation: "none",
      local: [],
    },
    weights: {unit, reference: 256, cap: 256},
  };
}

async function validate(
  backend: ComputeBackend,
  plan: TrainingPlan,
  {task}: LocatedTask,
  sites: readonly SiteData[],
): Promise<number> {
  const experiment = createLocalExperiment(backend, plan, featuresOf(task));
  const {parameters, standardisers} = await trainFedAvg(experiment, sites);
  const rows = joinMatrices(
    sites.flatMap(({split}, index) => {
      const standardiser = standardisers[index];
      return standardiser === undefined ? [] : standardise(split.validation, standardiser);
    }),
  );
  // A row is a patient here, so that the rows' times and labels are the patients'.
  const scores = patientScores({model: experiment.model, spec: plan.model, parameters}, rows);
  return concordanceIndex({times: rows.times ?? [], events: rows.labels, scores}) ?? Number.NaN;
}

const root = path.join(import.meta.dirname, "..");
const located = await readTask(path.join(root, "config/experiments/fed-tcga-brca/task.yaml"));
const task = {...located.task, split: {...located.task.split, validation: VALIDATION_SHARE}};
const withValidation = {...located, task} as LocatedTask;
const variables = {CONSILIUM_SHARED_DATA: sharedDataFolder()};
const names = Object.keys(located.task.sites);
const data = new Map<number, SiteData[]>();
for (const seed of SEEDS) data.set(seed, await readSites({...withValidation, sites: names, seed, variables}));
const {backend} = await openBackend("auto");
const rows: (Choice & {readonly cIndex: number; readonly ofSeeds: readonly number[]})[] = [];
for (const choice of choices) {
  const ofSeeds: number[] = [];
  for (const seed of SEEDS) {
    ofSeeds.push(await validate(backend, planOf(choice, seed), withValidation, data.get(seed) ?? []));
  }
  const cIndex = Number((ofSeeds.reduce((sum, value) => sum + value, 0) / SEEDS.length).toFixed(5));
  rows.push({...choice, cIndex, ofSeeds: ofSeeds.map((value) => Number(value.toFixed(5)))});
  process.stderr.write(`fed-tcga-brca ${rows.length}/${choices.length}\r`);
}
const {name} = backend;
backend.close();
rows.sort((a, b) => b.cIndex - a.cIndex);
const evidence = {
  schema: 1,
  rule: "highest mean C-index on the validation patients of all sites joined; no test patient was scored",
  seeds: SEEDS,
  validationShare: VALIDATION_SHARE,
  validation: {
    patients: data.get(42)?.reduce((sum, {split}) => sum + split.counts.validation.patients, 0),
    events: data.get(42)?.reduce((sum, {split}) => sum + split.counts.validation.positivePatients, 0),
  },
  ...evidenceHeader(name),
  experiment: "fed-tcga-brca",
  rounds: ROUNDS,
  standardisation: "federated",
  chosen: rows[0],
  rows,
};
await writeFile(
  path.join(root, "docs/evidence/tuning-survival.json"),
  `${JSON.stringify(evidence, null, 1)}\n`,
);
console.log(JSON.stringify(rows.slice(0, 8), null, 1));
