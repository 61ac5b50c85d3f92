/*
 * FLamby's (Ogier du Terrail et al., NeurIPS 2022) Fed-Heart-Disease and Fed-TCGA-BRCA: its own budget beside its
 * committed figures, and then our network beside our pooled training, with settings that were chosen on validation
 * patients and frozen (docs/evidence/tuning.json, tuning-survival.json) before the test was opened.
 */
import path from "node:path";
import {loadExperiment} from "../../src/config/index.ts";
import {meanOverSeeds} from "../../src/evaluation/index.ts";
import {openBackend} from "../../src/model/index.ts";
import {type ResultRow, type StudyResults, simulate} from "../../src/study/index.ts";
import {sharedDataFolder} from "../shared-data-folder.ts";
import {FLAMBY_PROTOCOLS, type ProtocolFigure, readCentres, runProtocol} from "./flamby-protocol.ts";
import {publishedKey, readPublished} from "./flamby-published.ts";

const SEEDS = [42, 43, 44, 45, 46];
/** Beside five seeds, which leave a mean over starts to luck: forty others, and twenty for the network. */
const OTHER_SEEDS = {first: 100, count: 40} as const;
const LONG_STUDY_SEEDS = 20;
const POOLED_TEST = "Pooled Test";
const MARGIN = 0.02;
type DataSet = keyof typeof FLAMBY_PROTOCOLS;

const rounded = (value: number): number => Number(value.toFixed(6));

/** Mean and population standard deviation, as the published table has them. */
function spread(values: readonly number[]): {readonly mean: number; readonly sd: number} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {mean: rounded(mean), sd: rounded(Math.sqrt(variance))};
}

/** FLamby's names of the federated methods end in the number of updates between two averages. */
const publishedName = (method: string): string => (method.startsWith("Fed") ? `${method}100` : method);

/** A protocol's figures, seed by seed. */
async function runSeeds(dataSet: DataSet, seeds: readonly number[]) {
  const protocol = FLAMBY_PROTOCOLS[dataSet];
  const sites = await readCentres(protocol);
  const {backend} = await openBackend("auto");
  const runs: ProtocolFigure[][] = [];
  for (const seed of seeds) {
    runs.push(await runProtocol(backend, protocol, sites, seed));
    console.log("flamby", dataSet, seed);
  }
  backend.close();
  return {runs, name: backend.name};
}

/** The pooled test with many more seeds than the bars ask for. */
async function otherSeeds(dataSet: DataSet) {
  const {first, count} = OTHER_SEEDS;
  const {runs} = await runSeeds(
    dataSet,
    Array.from({length: count}, (_, index) => first + index),
  );
  const rows = (runs[0] ?? []).flatMap(({method, test, n}, index) => {
    const ours = spread(runs.map((run) => run[index]?.value ?? Number.NaN));
    return test === POOLED_TEST ? [{method, test, n, ours}] : [];
  });
  return {...OTHER_SEEDS, rows};
}

/** Our figures under FLamby's budget beside its own. */
async function reproduce(dataSet: DataSet) {
  const protocol = FLAMBY_PROTOCOLS[dataSet];
  const published = await readPublished(protocol.prefix, SEEDS);
  const {runs, name} = await runSeeds(dataSet, SEEDS);
  const rows = (runs[0] ?? []).map(({method, test, n}, index) => {
    const ours = spread(runs.map((run) => run[index]?.value ?? Number.NaN));
    const theirs = spread(published.get(publishedKey(publishedName(method), test)) ?? []);
    const ofSeeds = runs.map((run) => rounded(run[index]?.value ?? Number.NaN));
    const isWithin = Math.abs(ours.mean - theirs.mean) <= 2 * theirs.sd;
    return {method, test, n, ours, published: theirs, is_within_two_sd: isWithin, of_seeds: ofSeeds};
  });
  const {metric, batchSize, adam, federated, standardisation} = protocol;
  const within = {cells: rows.filter((row) => row.is_within_two_sd).length, of: rows.length};
  return {backend: name, metric, budget: {batchSize, adam, federated, standardisation}, within, rows};
}

type Reproduction = Awaited<ReturnType<typeof reproduce>>;

function reproductionBars({rows}: Reproduction) {
  return rows
    .filter(({test}) => test === POOLED_TEST)
    .map(({method, ours, published, is_within_two_sd: isMet}) => ({
      name: `${method} on the pooled test`,
      at_least: rounded(published.mean - 2 * published.sd),
      at_most: rounded(published.mean + 2 * published.sd),
      value: ours.mean,
      isMet,
    }));
}

/** The bundled experiment, judged by `metric` first. */
async function study(name: DataSet, metric: ResultRow["metric"], repeats: number): Promise<StudyResults> {
  const {experiment, file} = await loadExperiment(name);
  const options = {
    folder: path.dirname(file),
    variables: {CONSILIUM_SHARED_DATA: sharedDataFolder()},
    threads: 0,
  };
  const comparison = {...experiment.comparison, margin: MARGIN};
  const baselines = ["local", "pooled"] as const;
  const seeds = {seed: SEEDS[0] ?? 42, repeats};
  return await simulate(
    {...experiment, ...seeds, metrics: [metric], baselines: [...baselines], comparison},
    options,
  );
}

/** Over the seeds, by method, on the pooled test. */
function pooledTest({results}: StudyResults) {
  const own = results.filter(({test}) => test === POOLED_TEST);
  return [...new Set(own.map(({method}) => method))].map((method) => {
    const rows = own.filter((row) => row.method === method);
    const values = rows.map(({value}) => rounded(value ?? Number.NaN));
    return {method, n: rows[0]?.n ?? 0, over_seeds: meanOverSeeds(values, "unit"), of_seeds: values};
  });
}

/** The network within each site. */
function withinSites({results, sites}: StudyResults) {
  return sites.map(({name, test: n}) => {
    const values = results
      .filter(({method, test}) => method === "Gossip" && test === name)
      .map(({value}) => value);
    return {site: name, n, of_seeds: values.map((value) => (value === null ? null : rounded(value)))};
  });
}

async function besidePooled(name: DataSet, metric: ResultRow["metric"], repeats = SEEDS.length) {
  const results = await study(name, metric, repeats);
  const comparison = results.comparisons.find(
    ({baseline, test}) => baseline === "Pooled Training" && test === POOLED_TEST,
  );
  console.log("flamby", name, metric, JSON.stringify(comparison));
  return {
    metric,
    less_pooled: comparison ?? null,
    pooled_test: pooledTest(results),
    within_sites: withinSites(results),
  };
}

type BesidePooled = Awaited<ReturnType<typeof besidePooled>>;

function inferiorityBar({metric, less_pooled: difference}: BesidePooled) {
  return {
    name: `gossip less pooled, lower limit (${metric})`,
    above: -MARGIN,
    value: rounded(difference?.low ?? Number.NaN),
    isMet: difference?.isNonInferior ?? false,
  };
}

function survivalBars(beside: BesidePooled) {
  const meanOf = (name: string): number =>
    beside.pooled_test.find(({method}) => method === name)?.over_seeds?.mean ?? Number.NaN;
  const gossip = meanOf("Gossip");
  const locals = beside.pooled_test.filter(({method}) => /^Local ./.test(method));
  const best = Math.max(...locals.map(({method}) => meanOf(method)));
  const bar = (name: string, atLeast: number, value: number) => ({
    name,
    at_least: atLeast,
    value: rounded(value),
    isMet: value >= atLeast,
  });
  return [
    bar("gossip on the pooled test", 0.82, gossip),
    bar("gossip less the best local", 0.05, gossip - best),
    inferiorityBar(beside),
  ];
}

/** Both data sets: FLamby's budget, and ours. */
export async function flambyEvidence() {
  const heart = await reproduce("fed-heart-disease");
  const brca = await reproduce("fed-tcga-brca");
  const ownHeart = [
    await besidePooled("fed-heart-disease", "accuracy"),
    await besidePooled("fed-heart-disease", "auroc"),
  ];
  const ownBrca = await besidePooled("fed-tcga-brca", "c-index");
  const {backend} = heart;
  return {
    backend,
    synthetic: false,
    seeds: SEEDS,
    note: "published: owkin/FLamby, flamby/results; means and population standard deviations over its seeds 42 to 46",
    "fed-heart-disease": {
      flamby_budget: heart,
      flamby_budget_other_seeds: await otherSeeds("fed-heart-disease"),
      own_budget: ownHeart,
      bars: [...reproductionBars(heart), ...ownHeart.map(inferiorityBar)],
    },
    "fed-tcga-brca": {
      note: "flamby_budget: columns as they are, age in years; own_budget: all columns scaled by all sites' mean and spread",
      flamby_budget: brca,
      own_budget: [ownBrca],
      own_budget_more_seeds: {
        note: "run after the bars were read, which it is not held to: what twenty seeds make of the same settings",
        ...(await besidePooled("fed-tcga-brca", "c-index", LONG_STUDY_SEEDS)),
      },
      bars: [...reproductionBars(brca), ...survivalBars(ownBrca)],
    },
  };
}

/** The first seed of FLamby's budget on Fed-Heart-Disease again, to hold against what is committed. */
export async function flambyAgain() {
  const protocol = FLAMBY_PROTOCOLS["fed-heart-disease"];
  const {backend} = await openBackend("auto");
  const figures = await runProtocol(backend, protocol, await readCentres(protocol), SEEDS[0] ?? 42);
  backend.close();
  return figures.map(({method, test, value}) => ({method, test, value: rounded(value ?? Number.NaN)}));
}
