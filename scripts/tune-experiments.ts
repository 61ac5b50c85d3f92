/*
 * Chooses a learning rate for each baseline of the bundled experiments on validation patients alone:
 * `npx tsx scripts/tune-experiments.ts [experiment ...]`. The rule, fixed before the first run: the best mean over the
 * seeds of the log-loss (of more than two classes the accuracy, of survival the C-index) on the validation patients of
 * all sites; a rate at which any seed diverges is out; of equal ones the lowest. Nothing goes wrong in these runs, and no
 * test figure is read. Writes docs/evidence/tuning-experiments.json, from which the rates go into the experiments.
 */
import "../src/core/polyfill.ts";
import {existsSync} from "node:fs";
import {mkdtemp, readFile, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {parse, stringify} from "yaml";
import {type Experiment, experimentNames, loadExperiment} from "../src/config/index.ts";
import {openBackend} from "../src/model/index.ts";
import {METRIC_FACTS, type StudyResults, simulate} from "../src/study/index.ts";
import {evidenceHeader} from "./evidence/header.ts";
import {sharedDataFolder} from "./shared-data-folder.ts";

const SEEDS = 2;
/** Times the plan's own rate: tried first, then lower or higher ones while the best of a baseline is at that end. */
const FACTORS = [0.03, 0.1, 0.3, 1, 3];
const STEP = 10 / 3;
const MOST_RATES = 9;
/** Of tasks whose split has no validation patients. */
const VALIDATION_SHARE = 0.25;
const FILE = path.join(import.meta.dirname, "../docs/evidence/tuning-experiments.json");
const RULE =
  "best mean over seeds of the metric on the validation patients of all sites; a rate at which a seed diverges is out; of equal ones the lowest; no test figure was read";

/** A baseline, or the network itself, at one rate. */
interface Row {
  readonly method: string;
  readonly learningRate: number;
  /** By seed; null where it diverged. */
  readonly of_seeds: readonly (number | null)[];
  readonly mean: number | null;
}

/** Names of methods in results, by those of experiment files. */
const METHODS: Readonly<Record<string, string>> = {
  network: "Gossip",
  local: "Local",
  pooled: "Pooled Training",
  fedavg: "FedAvg",
  fedprox: "FedProx",
  "swarm-hpe": "Swarm (HPE)",
  "d-psgd": "D-PSGD ring",
};

/** The experiment in which nothing goes wrong and every method trains with `learningRate`. */
function settled(
  experiment: Experiment,
  learningRate: number,
  metric: Experiment["metrics"][number],
): Experiment {
  const {plan, baselines, network} = experiment;
  const optimizer = {...plan.training.optimizer, learningRate};
  return {
    ...experiment,
    plan: {...plan, training: {...plan.training, optimizer}},
    learningRates: Object.fromEntries(baselines.map((name) => [name, learningRate])),
    metrics: [metric],
    network: {...network, dropProb: 0},
    repeats: SEEDS,
    sweep: {},
    churn: "none",
    faults: [],
    attacks: [],
    engine: "fast",
    target: "none",
  };
}

/** The experiment's data with validation patients, where it has none. */
async function withValidation({data}: Experiment, folder: string): Promise<Experiment["data"]> {
  // As many more rows of the same modes.
  if (data.source === "modes")
    return {...data, validation: data.validation > 0 ? data.validation : data.test};
  if (data.source !== "task") return data;
  const preset = path.join(import.meta.dirname, "../config/presets", `${data.task}.task.yaml`);
  const file = existsSync(preset) ? preset : path.join(folder, data.task);
  const task = parse(await readFile(file, "utf8"));
  if (task.split.validation > 0) return data;
  const copy = path.join(await mkdtemp(path.join(tmpdir(), "tune-")), "task.yaml");
  await writeFile(copy, stringify({...task, split: {...task.split, validation: VALIDATION_SHARE}}));
  return {...data, task: copy};
}

function rowsOf({work}: StudyResults, names: readonly string[], learningRate: number): Row[] {
  return names.map((method) => {
    const own = work.filter((row) => row.method === METHODS[method]);
    const other = own.find(({on, models}) => on !== "validation" && models !== null);
    if (other !== undefined) throw new Error(`${method} was judged on ${other.on} patients`);
    const values = own.map(({value}) => value);
    const known = values.flatMap((value) => value ?? []);
    const mean =
      known.length < values.length ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
    return {method, learningRate, of_seeds: values, mean};
  });
}

const METRIC = {binary: "log-loss", classes: "accuracy", survival: "c-index"} as const;

function kindOf({data, plan}: Experiment): keyof typeof METRIC {
  if (plan.model.architecture === "cox") return "survival";
  return data.source === "modes" && data.classes > 2 ? "classes" : "binary";
}

function chosenOf(rows: readonly Row[], method: string, isLowBest: boolean): number {
  const known = rows.filter((row) => row.method === method && row.mean !== null);
  const best = known.toSorted((a, b) => {
    const gain = (a.mean ?? 0) - (b.mean ?? 0);
    return (isLowBest ? gain : -gain) || a.learningRate - b.learningRate;
  })[0];
  if (best === undefined) throw new Error(`${method} diverged at every rate`);
  return best.learningRate;
}

/** The rates to try next: one lower than all, one higher, where the best of a method is at that end. */
function beyond(tried: readonly number[], best: readonly number[]): number[] {
  const [lowest, highest] = [Math.min(...tried), Math.max(...tried)];
  return [
    ...(best.includes(lowest) ? [lowest / STEP] : []),
    ...(best.includes(highest) ? [highest * STEP] : []),
  ].map((rate) => Number(rate.toPrecision(2)));
}

async function tune(name: string) {
  const {experiment, file} = await loadExperiment(name);
  const folder = path.dirname(file);
  const data = await withValidation(experiment, folder);
  const metric = METRIC[kindOf(experiment)];
  const names = ["network", ...experiment.baselines];
  const planned = experiment.plan.training.optimizer.learningRate;
  const isLowBest = METRIC_FACTS[metric].better === "lower";
  const rows: Row[] = [];
  const tried: number[] = [];
  const waiting = FACTORS.map((factor) => Number((factor * planned).toPrecision(2)));
  for (let rate = waiting.shift(); rate !== undefined && tried.length < MOST_RATES; rate = waiting.shift()) {
    const learningRate = rate;
    tried.push(rate);
    const study = await simulate(settled({...experiment, data}, learningRate, metric), {
      folder,
      variables: {CONSILIUM_SHARED_DATA: sharedDataFolder()},
      threads: 0,
    });
    rows.push(...rowsOf(study, names, learningRate));
    console.error(name, learningRate, JSON.stringify(rows.slice(-names.length).map(({mean}) => mean)));
    if (waiting.length === 0)
      waiting.push(
        ...beyond(
          tried,
          experiment.baselines.map((own) => chosenOf(rows, own, isLowBest)),
        ),
      );
  }
  const chosen = Object.fromEntries(names.map((method) => [method, chosenOf(rows, method, isLowBest)]));
  const seeds = Array.from({length: SEEDS}, (_, repeat) => experiment.seed + repeat);
  const {backend} = await openBackend("auto");
  backend.close();
  const trainer = kindOf(experiment) === "classes" ? undefined : backend.name;
  return {experiment: name, ...evidenceHeader(trainer), metric, seeds, planned, chosen, rows};
}

const only = process.argv.slice(2);
const all = (await experimentNames()).map(({name}) => name);
const kept = existsSync(FILE) ? JSON.parse(await readFile(FILE, "utf8")).experiments : [];
const byName = new Map(kept.map((entry: {experiment: string}) => [entry.experiment, entry]));
for (const name of all) {
  if (only.length > 0 && !only.includes(name)) continue;
  if ((await loadExperiment(name)).experiment.baselines.length === 0) continue;
  const entry = await tune(name);
  byName.set(name, entry);
  console.log(name, JSON.stringify(entry.chosen));
  const experiments = all.flatMap((each) => byName.get(each) ?? []);
  await writeFile(FILE, `${JSON.stringify({schema: 1, rule: RULE, experiments}, null, 1)}\n`);
}
