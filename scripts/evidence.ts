/*
 * Long experiments: `npm run evidence` runs the demo for five seeds and writes docs/evidence/PRESET.json;
 * `npm run evidence -- --check` runs one row of each again and compares it with what is committed. Names of presets
 * after the flags choose some of them, --demos those that run the demo, --studies the others.
 */
import "../src/core/polyfill.ts";
import {spawn, spawnSync} from "node:child_process";
import {once} from "node:events";
import {existsSync} from "node:fs";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {availableParallelism, tmpdir} from "node:os";
import path from "node:path";
import {type DemoReport, demoReportSchema} from "../src/cli/demo/report.ts";
import {meanOverSeeds} from "../src/evaluation/index.ts";
import {differences} from "./evidence/differences.ts";
import {evidenceHeader} from "./evidence/header.ts";
import {type LeftOutRow, leaveEachOut, leaveOneOutAgain} from "./evidence/leave-one-out.ts";
import {STUDIES} from "./evidence/studies.ts";
import {sharedDataFolder} from "./shared-data-folder.ts";

const SEEDS = [42, 43, 44, 45, 46];
/** A run in which a hospital missed a round is another experiment, and is made again. */
const MOST_ATTEMPTS = 4;
const EXPERIMENTS = [
  {preset: "fed-heart-disease", standardisations: ["federated", "site"]},
  {preset: "synthetic-heart", standardisations: ["federated"]},
  {preset: "synthetic-crc", standardisations: ["federated"]},
] as const;
const LEFT_OUT_PRESET = "swarm-tcga-crc";
/** Each takes three runs of slides; five seeds take an hour of a quiet machine. */
const LEFT_OUT_SEEDS = SEEDS.slice(0, 2);

type Preset = (typeof EXPERIMENTS)[number]["preset"];

/** Least (at least) or greatest (at most) values of means over the seeds, common statistics, on the pooled test. */
const BARS: Readonly<Record<Preset, readonly Bar[]>> = {
  "fed-heart-disease": [
    {name: "accuracy", atLeast: 0.775, of: ({gossip}) => gossip.accuracy},
    {name: "auroc", atLeast: 0.86, of: ({gossip}) => gossip.auroc},
    {name: "auroc_below_pooled", atMost: 0.01, of: ({gossip, pooled}) => pooled.auroc - gossip.auroc},
  ],
  "synthetic-heart": [],
  "synthetic-crc": [
    {name: "auroc_above_local", atLeast: 0.05, of: ({gossip, local}) => gossip.auroc - local.auroc},
    {name: "auroc_below_pooled", atMost: 0.03, of: ({gossip, pooled}) => pooled.auroc - gossip.auroc},
  ],
};

interface Means {
  readonly auroc: number;
  readonly accuracy: number;
}

interface Bar {
  readonly name: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  of(means: Readonly<Record<"local" | "gossip" | "pooled", Means>>): number;
}

interface Point {
  readonly auroc: number | null;
  readonly accuracy: number | null;
}

interface Row {
  readonly standardisation: string;
  readonly seed: number;
  readonly backend: string;
  /** Runs until nobody missed a round. */
  readonly attempts: number;
  readonly pooled_test: {readonly local_mean: Point; readonly gossip: Point; readonly pooled: Point};
  readonly external: readonly {
    readonly name: string;
    readonly n: number;
    readonly local_mean: Point;
    readonly gossip: Point;
    readonly pooled: Point;
  }[];
  readonly sites: readonly {
    readonly name: string;
    readonly n_train: number;
    readonly n_test: number;
    readonly local: Point;
    readonly gossip: Point;
    readonly pooled: Point;
  }[];
}

const root = path.join(import.meta.dirname, "..");
const isCheck = process.argv.includes("--check");

const rounded = (value: number): number => Number(value.toFixed(6));

function pointOf({auroc, accuracy}: DemoReport["pooled_test"]["gossip"]): Point {
  return {
    auroc: auroc === null ? null : rounded(auroc.value),
    accuracy: accuracy === null ? null : rounded(accuracy.value),
  };
}

function meanPoint(points: readonly Point[]): Point {
  const mean = (key: keyof Point): number | null => {
    const values = points.flatMap((point) => (point[key] === null ? [] : [point[key]]));
    return values.length === 0
      ? null
      : rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
  };
  return {auroc: mean("auroc"), accuracy: mean("accuracy")};
}

async function demo(preset: Preset, standardisation: string, seed: number): Promise<DemoReport> {
  const folder = await mkdtemp(path.join(tmpdir(), "consilium-evidence-"));
  const file = path.join(folder, "report.json");
  const flags = ["--data", preset, "--standardisation", standardisation, "--seed", `${seed}`, "--json", file];
  const program = path.join(root, "dist/cli/main.js");
  const {status} = spawnSync(process.execPath, [program, "demo", ...flags], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
  const report = demoReportSchema.parse(JSON.parse(await readFile(file, "utf8")));
  await rm(folder, {recursive: true});
  return report;
}

async function rowOf(preset: Preset, standardisation: string, seed: number): Promise<Row> {
  let attempts = 1;
  let report = await demo(preset, standardisation, seed);
  for (; report.absent.length > 0 && attempts < MOST_ATTEMPTS; attempts++) {
    report = await demo(preset, standardisation, seed);
  }
  const {local, gossip, pooled} = report.pooled_test;
  const row: Row = {
    standardisation,
    seed,
    backend: report.backend,
    attempts,
    pooled_test: {
      local_mean: meanPoint(Object.values(local).map(pointOf)),
      gossip: pointOf(gossip),
      pooled: pointOf(pooled),
    },
    external: report.external.map(({name, n, ...models}) => ({
      name,
      n,
      local_mean: meanPoint(Object.values(models.local).map(pointOf)),
      gossip: pointOf(models.gossip),
      pooled: pointOf(models.pooled),
    })),
    sites: report.sites.map((site) => ({
      name: site.name,
      n_train: site.n_train,
      n_test: site.n_test,
      local: pointOf(site.local),
      gossip: pointOf(site.gossip),
      pooled: pointOf(site.pooled),
    })),
  };
  console.log(preset, standardisation, seed, JSON.stringify(row.pooled_test));
  return row;
}

type Compared = Row["pooled_test"];

/** Means over the seeds of what each row's models reach on the patients that `on` names. */
function summaryOf(rows: readonly Row[], on: (row: Row) => Compared | undefined) {
  const over = (of: (compared: Compared) => number | null) =>
    meanOverSeeds(
      rows.map((row) => {
        const compared = on(row);
        return (compared === undefined ? null : of(compared)) ?? Number.NaN;
      }),
      "unit",
    );
  const both = (kind: keyof Compared) => ({
    auroc: over((compared) => compared[kind].auroc),
    accuracy: over((compared) => compared[kind].accuracy),
  });
  return {local_mean: both("local_mean"), gossip: both("gossip"), pooled: both("pooled")};
}

function barsOf(preset: Preset, summary: ReturnType<typeof summaryOf>) {
  const meansOf = ({auroc, accuracy}: (typeof summary)["gossip"]): Means => ({
    auroc: auroc?.mean ?? Number.NaN,
    accuracy: accuracy?.mean ?? Number.NaN,
  });
  const {local_mean: local, gossip, pooled} = summary;
  const means = {local: meansOf(local), gossip: meansOf(gossip), pooled: meansOf(pooled)};
  return BARS[preset].map(
    ({name, atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY, of}) => {
      const value = rounded(of(means));
      const bar = Number.isFinite(atLeast) ? {at_least: atLeast} : {at_most: atMost};
      return {name, ...bar, value, isMet: value >= atLeast && value <= atMost};
    },
  );
}

const fileOf = (preset: string): string => path.join(root, "docs/evidence", `${preset}.json`);

async function writeEvidence(preset: string, content: Readonly<Record<string, unknown>>): Promise<void> {
  const {backend, ...rest} = content;
  const evidence = {
    schema: 3,
    preset,
    synthetic: preset.startsWith("synthetic"),
    ...evidenceHeader(typeof backend === "string" ? backend : undefined),
    seeds: SEEDS,
    ...rest,
  };
  await writeFile(fileOf(preset), `${JSON.stringify(evidence, null, 1)}\n`);
}

async function record({preset, standardisations}: (typeof EXPERIMENTS)[number]): Promise<void> {
  const rows: Row[] = [];
  for (const standardisation of standardisations) {
    for (const seed of SEEDS) rows.push(await rowOf(preset, standardisation, seed));
  }
  const ownRows = (standardisation: string) => rows.filter((row) => row.standardisation === standardisation);
  const pooledTest = standardisations.map((standardisation) => ({
    standardisation,
    ...summaryOf(ownRows(standardisation), ({pooled_test: test}) => test),
  }));
  const external = rows[0]?.external.map(({name, n}, index) => ({
    name,
    n,
    ...summaryOf(ownRows("federated"), (row) => row.external[index]),
  }));
  const [federated] = pooledTest;
  const bars = federated === undefined ? [] : barsOf(preset, federated);
  await writeEvidence(preset, {backend: rows[0]?.backend, pooled_test: pooledTest, external, bars, rows});
  console.log(preset, JSON.stringify({pooled_test: pooledTest, external}, null, 1), JSON.stringify(bars));
}

async function check({preset, standardisations}: (typeof EXPERIMENTS)[number]): Promise<string[]> {
  const {rows}: {rows: Row[]} = JSON.parse(await readFile(fileOf(preset), "utf8"));
  const found: string[] = [];
  for (const standardisation of standardisations) {
    const [seed = 0] = SEEDS;
    const expected = rows.find((row) => row.standardisation === standardisation && row.seed === seed);
    const actual = await rowOf(preset, standardisation, seed);
    found.push(...differences(expected, actual, `${preset} ${standardisation} ${seed}`));
  }
  return found;
}

async function checkLeftOut(): Promise<string[]> {
  const {rows}: {rows: LeftOutRow[]} = JSON.parse(await readFile(fileOf(LEFT_OUT_PRESET), "utf8"));
  const [seed = 0] = SEEDS;
  const actual = await leaveOneOutAgain(seed);
  const expected = rows.find((row) => row.seed === seed && row.left_out === actual.left_out);
  return differences(expected, actual, `${LEFT_OUT_PRESET} ${seed}`);
}

/** Makes each study in a process of its own, as many at a time as there are processors, in the order given. */
async function eachInProcess(names: readonly string[]): Promise<void> {
  const waiting = [...names];
  const next = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const words = [...process.execArgv, import.meta.filename, name];
      const [status] = await once(spawn(process.execPath, words, {stdio: "inherit"}), "exit");
      if (status !== 0) throw new Error(`the evidence of ${name} could not be made`);
    }
  };
  await Promise.all(Array.from({length: availableParallelism()}, next));
}

const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const isWanted = (preset: string, runsDemo: boolean): boolean =>
  !process.argv.includes(runsDemo ? "--studies" : "--demos") && (only.length === 0 || only.includes(preset));
const hasSharedData = existsSync(sharedDataFolder());
if (!hasSharedData)
  console.log("skipped: shared data not found (set CONSILIUM_SHARED_DATA); its rows are not run");
const found: string[] = [];
for (const experiment of EXPERIMENTS) {
  if (!isWanted(experiment.preset, true) || (!hasSharedData && !experiment.preset.startsWith("synthetic")))
    continue;
  if (isCheck) found.push(...(await check(experiment)));
  else await record(experiment);
}
if (hasSharedData && isWanted(LEFT_OUT_PRESET, true)) {
  if (isCheck) found.push(...(await checkLeftOut()));
  else await writeEvidence(LEFT_OUT_PRESET, {...(await leaveEachOut(LEFT_OUT_SEEDS)), seeds: LEFT_OUT_SEEDS});
}
const studies = STUDIES.filter(
  ({name, needsSharedData, runsDemo}) => isWanted(name, runsDemo) && (hasSharedData || !needsSharedData),
);
if (isCheck) {
  for (const {name, check: checkStudy} of studies)
    found.push(...(await checkStudy(await readFile(fileOf(name), "utf8"))));
} else if (studies.length > 1) {
  // Studies compute on one processor each and wait for nothing; demos keep deadlines, so they run alone, above.
  await eachInProcess(studies.map(({name}) => name));
} else {
  for (const {name, run} of studies) await writeEvidence(name, await run());
}
for (const line of found) console.error(line);
if (isCheck && found.length === 0) console.log("evidence: the rows run again equal those committed");
process.exitCode = found.length === 0 ? 0 : 1;
