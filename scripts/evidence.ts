/*
 * Long experiments: `npm run evidence` runs the demo for five seeds and writes docs/evidence/PRESET.json;
 * `npm run evidence -- --check` runs one row of each again and compares it with what is committed.
 */
import "../src/core/polyfill.ts";
import {spawnSync} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {type DemoReport, demoReportSchema} from "../src/cli/demo/report.ts";
import {meanOverSeeds} from "../src/evaluation/index.ts";
import {sharedDataFolder} from "./shared-data-folder.ts";

const SEEDS = [42, 43, 44, 45, 46];
const CHECK_TOLERANCE = 1e-4;
/** A run in which a hospital missed a round is another experiment, and is made again. */
const MOST_ATTEMPTS = 4;
const EXPERIMENTS = [
  {preset: "fed-heart-disease", standardisations: ["federated", "site"]},
  {preset: "synthetic-heart", standardisations: ["federated"]},
] as const;
/** The bars for the mean over the seeds, federated statistics, on the pooled test. */
const BARS = {accuracy: 0.775, auroc: 0.86, aurocBelowPooled: 0.01};

type Preset = (typeof EXPERIMENTS)[number]["preset"];

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

function summaryOf(rows: readonly Row[]) {
  const over = (of: (row: Row) => number | null) => meanOverSeeds(rows.map((row) => of(row) ?? Number.NaN));
  const both = (kind: keyof Row["pooled_test"]) => ({
    auroc: over(({pooled_test: test}) => test[kind].auroc),
    accuracy: over(({pooled_test: test}) => test[kind].accuracy),
  });
  return {local_mean: both("local_mean"), gossip: both("gossip"), pooled: both("pooled")};
}

function barsOf({gossip, pooled}: ReturnType<typeof summaryOf>) {
  const [accuracy, auroc] = [gossip.accuracy?.mean ?? 0, gossip.auroc?.mean ?? 0];
  const below = (pooled.auroc?.mean ?? 1) - auroc;
  return {
    accuracy: {bar: BARS.accuracy, mean: accuracy, isMet: accuracy >= BARS.accuracy},
    auroc: {bar: BARS.auroc, mean: auroc, isMet: auroc >= BARS.auroc},
    auroc_below_pooled: {bar: BARS.aurocBelowPooled, mean: below, isMet: below <= BARS.aurocBelowPooled},
  };
}

const fileOf = (preset: Preset): string => path.join(root, "docs/evidence", `${preset}.json`);

async function record({preset, standardisations}: (typeof EXPERIMENTS)[number]): Promise<void> {
  const rows: Row[] = [];
  for (const standardisation of standardisations) {
    for (const seed of SEEDS) rows.push(await rowOf(preset, standardisation, seed));
  }
  const summaries = standardisations.map((standardisation) => ({
    standardisation,
    ...summaryOf(rows.filter((row) => row.standardisation === standardisation)),
  }));
  const [federated] = summaries;
  const {version} = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const evidence = {
    schema: 1,
    preset,
    synthetic: preset === "synthetic-heart",
    versions: {consilium: version, node: process.version, backend: rows[0]?.backend},
    seeds: SEEDS,
    pooled_test: summaries,
    ...(preset === "fed-heart-disease" && federated !== undefined ? {bars: barsOf(federated)} : {}),
    rows,
  };
  await writeFile(fileOf(preset), `${JSON.stringify(evidence, null, 1)}\n`);
  console.log(preset, JSON.stringify(evidence.pooled_test, null, 1), JSON.stringify(evidence.bars ?? {}));
}

/** Where numbers of the two rows differ by more than the tolerance. */
function differences(expected: unknown, actual: unknown, place: string): string[] {
  if (typeof expected === "number" && typeof actual === "number") {
    return Math.abs(expected - actual) <= CHECK_TOLERANCE ? [] : [`${place}: ${expected} became ${actual}`];
  }
  if (typeof expected === "object" && expected !== null && typeof actual === "object" && actual !== null) {
    return Object.entries(expected).flatMap(([key, value]) =>
      key === "attempts" ? [] : differences(value, Reflect.get(actual, key), `${place}.${key}`),
    );
  }
  return expected === actual ? [] : [`${place}: ${String(expected)} became ${String(actual)}`];
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

const hasSharedData = existsSync(sharedDataFolder());
const possible = EXPERIMENTS.filter(({preset}) => hasSharedData || preset === "synthetic-heart");
if (!hasSharedData)
  console.log("skipped: shared data not found (set CONSILIUM_SHARED_DATA); its rows are not run");
const found: string[] = [];
for (const experiment of possible) {
  if (isCheck) found.push(...(await check(experiment)));
  else await record(experiment);
}
for (const line of found) console.error(line);
if (isCheck && found.length === 0) console.log("evidence: the rows run again equal those committed");
process.exitCode = found.length === 0 ? 0 : 1;
