import type {Experiment, MetricName} from "../../config/index.ts";
import {createRandom} from "../../core/index.ts";
import {
  concordanceOfRows,
  isNonInferior,
  type PairedSeed,
  pairedDifference,
  ROW_STATISTICS,
  type RowStatistic,
} from "../../evaluation/index.ts";
import type {CohortKind} from "../cohort/cohort.ts";
import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import {pointKey} from "../outputs/point-columns.ts";
import {survivalOf, twoClasses} from "./figures.ts";
import {GOSSIP, isExternalTest, POOLED_TEST} from "./names.ts";
import type {MethodComparison} from "./results.ts";
import type {ScoredGroup} from "./scoring.ts";
import type {TrialResult} from "./trial-result.ts";

/** Of more sites than these, only pooled and external patients are compared on. */
const MOST_SITES = 12;

function statisticOf(metric: MetricName, kind: CohortKind, group: ScoredGroup): RowStatistic {
  if (metric === "c-index") return concordanceOfRows(survivalOf(group));
  const {labels, scores} = twoClasses(kind, group);
  return ROW_STATISTICS[metric](labels, scores);
}

function groupOf({scores}: TrialResult, method: string, test: string): ScoredGroup | undefined {
  return scores.find((entry) => entry.method === method)?.groups.find((group) => group.test === test);
}

interface Pairing {
  readonly metric: MetricName;
  readonly kind: CohortKind;
  readonly baseline: string;
  readonly test: string;
}

function hasDiverged({results}: TrialResult, method: string): boolean {
  return results.some((row) => row.method === method && row.status === "diverged");
}

/** At how many trials the network and a baseline diverged, and the trials at which neither did. */
function byEnding(trials: readonly TrialResult[], baseline: string) {
  const ours = new Set(trials.filter((trial) => hasDiverged(trial, GOSSIP)));
  const theirs = new Set(trials.filter((trial) => hasDiverged(trial, baseline)));
  const both = trials.filter((trial) => !ours.has(trial) && !theirs.has(trial));
  return {ours: ours.size, theirs: theirs.size, both};
}

function pairedSeed({metric, kind, baseline, test}: Pairing, trial: TrialResult): PairedSeed[] {
  const [mine, other] = [groupOf(trial, GOSSIP, test), groupOf(trial, baseline, test)];
  if (mine === undefined || other === undefined || mine.labels.length === 0) return [];
  const [ours, theirs] = [statisticOf(metric, kind, mine), statisticOf(metric, kind, other)];
  return [{patients: mine.patients, strata: mine.labels, ours, baseline: theirs}];
}

/**
 * The network less a baseline on one group of patients, over the seeds of one point at which both have a model; nothing
 * where it is undefined. A seed at which one has none still counts: the network that diverges anywhere is not
 * non-inferior, and a baseline that diverges everywhere is nothing to be inferior to.
 */
function compareOn(pairing: Pairing, margin: number, trials: readonly TrialResult[]): MethodComparison[] {
  const {baseline, test, metric} = pairing;
  const [first] = trials;
  if (first === undefined) return [];
  const {ours, theirs, both} = byEnding(trials, baseline);
  const seeds = both.flatMap((trial) => pairedSeed(pairing, trial));
  if (seeds.length < both.length) return [];
  const random = createRandom({seed: first.seed, site: test, round: 0, purpose: `comparison ${baseline}`});
  const difference = pairedDifference({seeds, random});
  if (difference === null && both.length > 0) return [];
  const {value, low, high} = difference ?? {value: null, low: null, high: null};
  const isNoWorse = difference === null || isNonInferior(difference, margin, METRIC_FACTS[metric].better);
  return [
    {
      point: first.point,
      baseline,
      test,
      metric,
      difference: value,
      low,
      high,
      margin,
      isNonInferior: ours === 0 && isNoWorse,
      seeds: seeds.length,
      n: first.results.find((row) => row.test === test)?.n ?? 0,
      divergedSeeds: ours,
      baselineDivergedSeeds: theirs,
    },
  ];
}

/** Whether a group is one training site's patients. */
function isSiteTest(test: string): boolean {
  return test !== POOLED_TEST && !isExternalTest(test);
}

/** The trials of each point of the sweep. */
function byPoint(trials: readonly TrialResult[]): TrialResult[][] {
  const groups = new Map<string, TrialResult[]>();
  for (const trial of trials) {
    const key = pointKey(trial.point);
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  return [...groups.values()];
}

/** The network beside each baseline by the first metric, at each point of the sweep, patients and seeds resampled. */
export function compareMethods(
  {metrics, comparison}: Experiment,
  kind: CohortKind,
  trials: readonly TrialResult[],
): MethodComparison[] {
  const [metric] = metrics;
  if (metric === undefined) return [];
  return byPoint(trials).flatMap((own) => {
    const [first] = own;
    const groups = [...new Set(first?.results.map(({test}) => test))];
    const tests = groups.filter((test) => !isSiteTest(test) || groups.length <= MOST_SITES);
    const baselines = (first?.scores ?? []).map(({method}) => method).filter((method) => method !== GOSSIP);
    return baselines.flatMap((baseline) =>
      tests.flatMap((test) => compareOn({metric, kind, baseline, test}, comparison.margin, own)),
    );
  });
}
