/*
 * The experiment saldanha2022: local, merged and swarm learning at the seed paper's cohort sizes (Saldanha et al., Nature
 * Medicine 28:1232, 2022), on INVENTED features. Judged by the tests that the study's own report makes.
 */
import path from "node:path";
import {type Experiment, loadExperiment} from "../../src/config/index.ts";
import {meanOverSeeds} from "../../src/evaluation/index.ts";
import {openBackend} from "../../src/model/index.ts";
import {type ResultRow, type StudyResults, simulate} from "../../src/study/index.ts";

const NAME = "saldanha2022";
const NETWORK = "Gossip";
const MERGED = "Pooled Training";
const METRIC = "auroc";
/** More than half of the three. */
const MOST_LOCALS = 2;

const rounded = (value: number): number => Number(value.toFixed(6));

type Comparison = StudyResults["comparisons"][number];

async function study(changes: Partial<Experiment>): Promise<StudyResults> {
  const {experiment, file} = await loadExperiment(NAME);
  return await simulate({...experiment, ...changes}, {folder: path.dirname(file), threads: 0});
}

const roundedOrNull = (value: number | null): number | null => (value === null ? null : rounded(value));

/** Figures over the seeds: mean, deviation and 95 % limits of the mean. */
function overSeeds(values: readonly number[]) {
  const {mean, sd, low, high} = meanOverSeeds(values, "unit") ?? {
    mean: null,
    sd: null,
    low: null,
    high: null,
  };
  return {mean: roundedOrNull(mean), sd: roundedOrNull(sd), over_seeds_95: [low, high].map(roundedOrNull)};
}

/** A method on one external cohort. @param rows of the seeds, at least one */
function rowOf([first, ...others]: readonly [ResultRow, ...ResultRow[]]) {
  const rows = [first, ...others];
  const {method, test, metric, n} = first;
  const values = rows.map(({value}) => rounded(value ?? Number.NaN));
  const ofPatients = rows.map(({low, high}) => [low, high].map(roundedOrNull));
  return {method, test, metric, n, ...overSeeds(values), over_patients_95: ofPatients, of_seeds: values};
}

/** By metric, then in the order of the study. */
function rowsOf({results, metrics}: StudyResults) {
  const shown = results.filter(({n}) => n > 0);
  const methods = [...new Set(shown.map(({method}) => method))];
  const tests = [...new Set(shown.map(({test}) => test))];
  return metrics.flatMap((metric) =>
    tests.flatMap((test) =>
      methods.flatMap((method) => {
        const own = shown.filter(
          (row) => row.method === method && row.test === test && row.metric === metric,
        );
        const [first, ...others] = own;
        return first === undefined ? [] : [rowOf([first, ...others])];
      }),
    ),
  );
}

function comparisonOf({baseline, test, difference, low, high, margin, isNonInferior, seeds, n}: Comparison) {
  const figures = [difference, low, high].map((value) => (value === null ? null : rounded(value)));
  return {
    baseline,
    test,
    difference: figures[0],
    low: figures[1],
    high: figures[2],
    margin,
    isNonInferior,
    seeds,
    n,
  };
}

/** On each external cohort: above how many of the sites alone, and not below the merged training. */
function barsOf(comparisons: readonly ReturnType<typeof comparisonOf>[]) {
  return [...new Set(comparisons.map(({test}) => test))].flatMap((test) => {
    const own = comparisons.filter((row) => row.test === test);
    const above = own.filter(({baseline, low}) => baseline.startsWith("Local ") && (low ?? 0) > 0).length;
    const merged = own.find(({baseline}) => baseline === MERGED);
    const lower = merged?.low ?? Number.NEGATIVE_INFINITY;
    const margin = merged?.margin ?? 0;
    return [
      {
        name: `${test}: sites alone that the network is above (whole interval)`,
        at_least: MOST_LOCALS,
        value: above,
        isMet: above >= MOST_LOCALS,
      },
      {
        name: `${test}: network less merged, lower limit`,
        above: -margin,
        value: lower,
        isMet: lower > -margin,
      },
    ];
  });
}

/** What the committed file says of a whole study. @param backend that it was trained on */
export function saldanhaSummary(results: StudyResults, backend: string) {
  const comparisons = results.comparisons.map(comparisonOf);
  return {
    synthetic: true,
    backend,
    note:
      "patients are INVENTED: one vector of 512 features each; cohort sizes, network, batch, Adam's settings and an " +
      "exchange every four batches are the paper's. The figures say how methods stand to each other, not what the " +
      "paper's cohorts give. Intervals of comparisons resample patients and seeds together",
    metric: METRIC,
    network: NETWORK,
    sites: results.sites,
    bars: barsOf(comparisons),
    comparisons,
    rows: rowsOf(results),
    states: results.states.map(({seed, sha256}) => ({seed, sha256})),
  };
}

/** The whole of it. */
export async function saldanhaEvidence() {
  const {backend} = await openBackend("auto");
  const name = backend.name;
  backend.close();
  return saldanhaSummary(await study({}), name);
}

/** The network of the first seed again, to hold against what is committed. */
export async function saldanhaAgain() {
  const results = await study({repeats: 1, baselines: []});
  const rows = results.results.filter(({n, metric}) => n > 0 && metric === METRIC);
  return rows.map(({method, test, value}) => ({method, test, value: rounded(value ?? Number.NaN)}));
}
