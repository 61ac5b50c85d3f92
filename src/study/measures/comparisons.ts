import type {Experiment, MetricName} from "../../config/index.ts";
import {at, createRandom, present} from "../../core/index.ts";
import {
  concordanceOfRows,
  type DrawnFigure,
  delongPairedOverSeeds,
  drawFigures,
  holm,
  isNonInferior,
  type PairedDifference,
  type PairedScores,
  type PairedSeed,
  pairedDifference,
  ROW_STATISTICS,
  type RowStatistic,
} from "../../evaluation/index.ts";
import type {CohortKind} from "../../simulation/index.ts";
import {GOSSIP, isExternalTest, localName, POOLED_TEST} from "../names.ts";
import {METRIC_FACTS, mainMetric} from "../outputs/metric-facts.ts";
import {pointKey} from "../outputs/point-columns.ts";
import type {ComparisonOutcome, MethodComparison} from "../results.ts";
import type {TrialResult} from "../trial-result.ts";
import {survivalOf, twoClasses} from "./figures.ts";
import type {ScoredGroup} from "./scored-group.ts";

/**
 * Largest number of groups of test patients that are all compared. With more, only pooled and external ones
 * are.
 */
const MOST_GROUPS = 12;

type Uncorrected = Omit<MethodComparison, "pHolm">;

/** One trial's part of a comparison on one group of patients. */
interface Compared {
  readonly n: number;
  /** True if training neither diverged nor stalled. */
  readonly hasModel: boolean;
  /** Null without a model. */
  readonly group: ScoredGroup | null;
  /** Null if the figure is undefined. */
  readonly figure: DrawnFigure | null;
}

/** Figures by test, then by method. */
type TrialFigures = ReadonlyMap<string, ReadonlyMap<string, Compared>>;

function statisticOf(metric: MetricName, kind: CohortKind, group: ScoredGroup): RowStatistic {
  if (metric === "c-index") return concordanceOfRows(survivalOf(group));
  const {labels, scores} = twoClasses(kind, group);
  return ROW_STATISTICS[metric](labels, scores);
}

/** Tells whether a group is one training site's patients. */
function isSiteTest(test: string): boolean {
  return test !== POOLED_TEST && !isExternalTest(test);
}

function comparedTests({results}: TrialResult): string[] {
  const groups = [...new Set(results.map(({test}) => test))];
  return groups.filter((test) => !isSiteTest(test) || groups.length <= MOST_GROUPS);
}

/**
 * Computes every method's figure on one group, on the same 1,000 draws of its patients. The draws depend only
 * on the patients, so all seeds and methods with the same patients share the draws.
 */
function figuresOn(
  test: string,
  {results, scores}: TrialResult,
  metric: MetricName,
  kind: CohortKind,
): ReadonlyMap<string, Compared> {
  const found = scores.map(({method, groups}) => ({method, group: groups.find((own) => own.test === test)}));
  const judged = found.flatMap(({group}) =>
    group === undefined || group.labels.length === 0 ? [] : [group],
  );
  const figures = drawn(judged, metric, kind);
  return new Map(
    found.map(({method, group = null}) => {
      const row = results.find((own) => own.method === method && own.test === test);
      const {n, status} = present(row, `a row of ${method} on ${test}`);
      const figure = group === null ? null : (figures.get(group) ?? null);
      return [method, {n, hasModel: status === "finished", group, figure}];
    }),
  );
}

/**
 * Computes the metric of each group. The groups have the same patients under different methods; there is at
 * least one.
 */
function drawn(
  groups: readonly ScoredGroup[],
  metric: MetricName,
  kind: CohortKind,
): ReadonlyMap<ScoredGroup, DrawnFigure | null> {
  const [first] = groups;
  if (first === undefined) return new Map();
  const {test, patients, labels} = first;
  const random = createRandom({seed: 0, site: test, round: 0, purpose: `comparison ${patients}`});
  const statistics = groups.map((group) => statisticOf(metric, kind, group));
  const figures = drawFigures(labels, statistics, random);
  return new Map(groups.map((group, place) => [group, at(figures, place)]));
}

/**
 * Returns the outcome of an interval of the network's figure minus a baseline's.
 * @param margin of non-inferiority, at least 0
 */
export function outcomeOf(
  {low, high}: Pick<PairedDifference, "low" | "high">,
  margin: number,
  better: "higher" | "lower",
): ComparisonOutcome {
  const [worst, best] = better === "higher" ? [low, high] : [-high, -low];
  if (worst > 0) return "better";
  if (isNonInferior({low, high}, margin, better)) return "non-inferior";
  return best < -margin ? "inferior" : "not-shown";
}

function delongOf(kind: CohortKind, ours: readonly Compared[], theirs: readonly Compared[]): number | null {
  const seeds = ours.flatMap(({group}, place): PairedScores[] => {
    const other = otherAt(theirs, place).group;
    if (group === null || other === null) return [];
    const {patients} = group;
    const {labels, scores} = twoClasses(kind, group);
    return [{patients, labels, ours: scores, baseline: twoClasses(kind, other).scores}];
  });
  return delongPairedOverSeeds(seeds);
}

/** Returns the baseline's part of the same trial. */
function otherAt(theirs: readonly Compared[], place: number): Compared {
  return at(theirs, place);
}

const NO_COMPARISON = {
  outcome: "no-comparison",
  difference: null,
  low: null,
  high: null,
  p: null,
  isNonInferior: false,
} as const;

/** Counts patients, seeds, and the seeds at which each side has no model. */
function countsOf(ours: readonly Compared[], theirs: readonly Compared[]) {
  const lost = (side: readonly Compared[]): number => side.filter(({hasModel}) => !hasModel).length;
  return {
    n: at(ours, 0).n,
    seeds: ours.filter(({hasModel}, place) => hasModel && otherAt(theirs, place).hasModel).length,
    divergedSeeds: lost(ours),
    baselineDivergedSeeds: lost(theirs),
    covers: ours.length > 1 ? ("patients-and-seeds" as const) : ("patients" as const),
  };
}

/** Pairs both sides' figures of the seeds at which they are defined. */
function pairsOf(ours: readonly Compared[], theirs: readonly Compared[]): PairedSeed[] {
  return ours.flatMap(({figure}, place) => {
    const baseline = otherAt(theirs, place).figure;
    return figure === null || baseline === null ? [] : [{ours: figure, baseline}];
  });
}

/** Compares the network with each baseline by the first metric, trial by trial as they end. */
export class ComparisonBook {
  readonly #metric: MetricName;
  readonly #margin: number;
  readonly #kind: CohortKind;
  /** Each point's trial figures or, once it has all its seeds, the resulting comparisons. */
  readonly #points = new Map<
    string,
    {trials: TrialFigures[]; readonly first: TrialResult; rows: Uncorrected[]}
  >();
  readonly #repeats: number;

  constructor(experiment: Experiment, kind: CohortKind) {
    const {comparison, repeats} = experiment;
    this.#metric = mainMetric(experiment);
    this.#margin = comparison.margin;
    this.#kind = kind;
    this.#repeats = repeats;
  }

  /** Adds a trial. Its patients are drawn now, and never again. */
  add(trial: TrialResult): void {
    const metric = this.#metric;
    const key = pointKey(trial.point);
    const point = this.#points.get(key) ?? {trials: [], first: trial, rows: []};
    this.#points.set(key, point);
    const tests = comparedTests(trial);
    point.trials.push(new Map(tests.map((test) => [test, figuresOn(test, trial, metric, this.#kind)])));
    point.rows = this.#compare(point.first, point.trials);
    // The results of a point stay. Its draws would fill the memory in a long sweep.
    if (point.trials.length === this.#repeats) point.trials = [];
  }

  /** Returns all comparisons of the added trials. Points are in the order of their first trials. */
  rows(): MethodComparison[] {
    const rows = [...this.#points.values()].flatMap((point) => point.rows);
    const corrected = holm(rows.flatMap(({p}) => (p === null ? [] : [p])));
    let next = 0;
    return rows.map((row) => {
      const pHolm = row.p === null ? null : at(corrected, next++);
      return {...row, pHolm};
    });
  }

  #compare(first: TrialResult, trials: readonly TrialFigures[]): Uncorrected[] {
    const baselines = first.scores.map(({method}) => method).filter((method) => method !== GOSSIP);
    return baselines.flatMap((baseline) =>
      comparedTests(first).flatMap((test) => {
        // On its own patients a site alone is the same as "Local".
        if (baseline === localName(test)) return [];
        const of = (method: string): Compared[] =>
          trials.map((figures) => present(figures.get(test)?.get(method), `${method} on ${test}`));
        return this.#compareOn({metric: this.#metric, baseline, test}, first, of(GOSSIP), of(baseline));
      }),
    );
  }

  /** Compares on one group; empty if the figure is undefined at a seed. */
  #compareOn(
    names: Pick<MethodComparison, "metric" | "baseline" | "test">,
    {point, seed}: TrialResult,
    ours: readonly Compared[],
    theirs: readonly Compared[],
  ): Uncorrected[] {
    const {metric, test} = names;
    const margin = this.#margin;
    const common = {point, ...names, margin, ...countsOf(ours, theirs)};
    if (common.seeds < ours.length) return [{...common, ...NO_COMPARISON}];
    const seeds = pairsOf(ours, theirs);
    const {better, range} = METRIC_FACTS[metric];
    const largest = range === "unit" ? 1 : Number.POSITIVE_INFINITY;
    const random = createRandom({seed, site: test, round: 0, purpose: "comparison seeds"});
    const interval = seeds.length < ours.length ? null : pairedDifference({seeds, random, largest});
    if (interval === null) return [];
    const {value: difference, low, high} = interval;
    const outcome = outcomeOf(interval, margin, better);
    const isNonInferior = outcome === "better" || outcome === "non-inferior";
    const p = metric === "auroc" ? delongOf(this.#kind, ours, theirs) : null;
    return [{...common, outcome, difference, low, high, isNonInferior, p}];
  }
}
