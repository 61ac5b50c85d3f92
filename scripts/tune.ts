/*
 * Chooses the frozen settings of the presets on validation patients alone: `npx tsx scripts/tune.ts`. Central FedAvg
 * stands for the daemons, whose parameters equal it (test/demo/fed-avg-equality.test.ts, test/process/fed-avg.test.ts).
 * The rule, fixed before the first run: the lowest log-loss on the validation patients of all sites joined, mean over the seeds.
 * No test patient is scored here. Writes docs/evidence/tuning.json.
 */
import "../src/core/polyfill.ts";
import {writeFile} from "node:fs/promises";
import path from "node:path";
import {findPreset, type PlanSettings} from "../src/config/index.ts";
import {
  featuresOf,
  joinMatrices,
  type LocatedTask,
  readTask,
  standardise,
  type Task,
} from "../src/data/index.ts";
import {accuracy, auroc, logLoss} from "../src/evaluation/index.ts";
import {type ComputeBackend, openBackend} from "../src/model/index.ts";
import {patientLabels} from "../src/node/index.ts";
import {readSites, type SiteData} from "../src/simulation/index.ts";
import {createLocalExperiment, trainFedAvg} from "../src/study/index.ts";
import {patientScores} from "../src/training/index.ts";
import {evidenceHeader} from "./evidence/header.ts";
import {sharedDataFolder} from "./shared-data-folder.ts";

const PRESETS = ["fed-heart-disease", "synthetic-heart"];
const SEEDS = [42, 43, 44, 45, 46];
const VALIDATION_SHARE = 0.2;
const GRID = {
  learningRate: [0.01, 0.03, 0.1, 0.3, 1],
  batchSize: [16, 64, "all"],
  localSteps: [10, 30],
  weightDecay: [0, 0.01, 0.03],
} as const;

interface Choice {
  readonly learningRate: number;
  readonly batchSize: number | "all";
  readonly localSteps: number;
  readonly weightDecay: number;
}

interface Row extends Choice {
  readonly logLoss: number;
  readonly auroc: number;
  readonly accuracy: number;
}

const choices: Choice[] = GRID.learningRate.flatMap((learningRate) =>
  GRID.batchSize.flatMap((batchSize) =>
    GRID.localSteps.flatMap((localSteps) =>
      GRID.weightDecay.map((weightDecay) => ({learningRate, batchSize, localSteps, weightDecay})),
    ),
  ),
);

function settingsOf(settings: PlanSettings, choice: Choice, seed: number) {
  const {learningRate, weightDecay, batchSize, localSteps} = choice;
  const optimizer = {name: "sgd", learningRate, momentum: 0, weightDecay} as const;
  return {...settings, seed, training: {...settings.training, optimizer, batchSize, localSteps}};
}

async function validate(
  backend: ComputeBackend,
  plan: ReturnType<typeof settingsOf>,
  {task, sites}: {task: LocatedTask; sites: readonly SiteData[]},
) {
  const experiment = createLocalExperiment(backend, plan, featuresOf(task.task));
  const {parameters, standardisers} = await trainFedAvg(experiment, sites);
  const rows = joinMatrices(
    sites.map(({split}, index) => {
      const standardiser = standardisers[index];
      return standardiser === undefined ? split.validation : standardise(split.validation, standardiser);
    }),
  );
  const labels = patientLabels(rows);
  const scores = patientScores({model: experiment.model, spec: plan.model, parameters}, rows);
  return {
    logLoss: logLoss(labels, scores) ?? 0,
    auroc: auroc(labels, scores) ?? 0,
    accuracy: accuracy(labels, scores)?.value ?? 0,
  };
}

const mean = (values: readonly number[]): number =>
  Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(5));

function withValidation(task: Task): Task {
  return task.kind === "tabular"
    ? {...task, split: {...task.split, validation: VALIDATION_SHARE}}
    : {...task, split: {...task.split, validation: VALIDATION_SHARE}};
}

async function tune(backend: ComputeBackend, name: string) {
  const preset = await findPreset(name);
  const located = await readTask(preset.taskFile);
  const task = {...located, task: withValidation(located.task)};
  const names = Object.keys(task.task.sites);
  const variables = {CONSILIUM_SHARED_DATA: sharedDataFolder()};
  const data = new Map<number, SiteData[]>();
  for (const seed of SEEDS) data.set(seed, await readSites({...task, sites: names, seed, variables}));
  const rows: Row[] = [];
  for (const choice of choices) {
    const results: Awaited<ReturnType<typeof validate>>[] = [];
    for (const seed of SEEDS) {
      const settings = settingsOf(preset.settings, choice, seed);
      results.push(await validate(backend, settings, {task, sites: data.get(seed) ?? []}));
    }
    const of = (key: "logLoss" | "auroc" | "accuracy"): number => mean(results.map((result) => result[key]));
    rows.push({...choice, logLoss: of("logLoss"), auroc: of("auroc"), accuracy: of("accuracy")});
    process.stderr.write(`${name} ${rows.length}/${choices.length}\r`);
  }
  rows.sort((a, b) => a.logLoss - b.logLoss);
  const {
    rounds,
    task: {standardisation},
  } = preset.settings;
  return {preset: name, rounds, standardisation, chosen: rows[0], rows};
}

const {backend} = await openBackend("auto");
const presets = [];
for (const name of PRESETS) presets.push(await tune(backend, name));
const evidence = {
  schema: 1,
  rule: "lowest mean log-loss on the validation patients of all sites joined; no test patient was scored",
  seeds: SEEDS,
  validationShare: VALIDATION_SHARE,
  ...evidenceHeader(backend.name),
  presets,
};
const file = path.join(import.meta.dirname, "../docs/evidence/tuning.json");
await writeFile(file, `${JSON.stringify(evidence, null, 1)}\n`);
for (const {preset, chosen} of presets) console.log(preset, JSON.stringify(chosen));
backend.close();
