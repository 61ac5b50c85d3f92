import {at, present, type Random} from "../core/index.ts";
import {percentileLimits} from "./bootstrap.ts";
import type {Interval} from "./distributions/interval.ts";
import {BOOTSTRAP_DRAWS} from "./distributions/quantile.ts";
import type {RowStatistic} from "./row-statistics.ts";
import {checkScoredPatients} from "./scored-patients.ts";

/** Survival of patients and a model's scores for them; one entry a patient. */
export interface ScoredSurvival {
  /** Time until the event or until last seen, `[n]`. */
  readonly times: ArrayLike<number>;
  /** 1 if the event was seen, otherwise 0, `[n]`. */
  readonly events: ArrayLike<number>;
  /** Finite, higher meaning an earlier event, `[n]`. */
  readonly scores: ArrayLike<number>;
}

/** Pairs of patients of whom one is known to have had the event first, and their ranking. */
interface Pairs {
  readonly comparable: number;
  /** Number of comparable pairs whose earlier event has the higher score. Equal scores count one half. */
  readonly concordant: number;
}

/** Counts by rank, with sums below a rank in O(log n): Fenwick 1994, a binary indexed tree. */
class RankCounts {
  readonly #tree: Uint32Array;

  /** @param ranks number of distinct ranks */
  constructor(ranks: number) {
    this.#tree = new Uint32Array(ranks + 1);
  }

  /** @param rank from 0 */
  add(rank: number, count: number): void {
    for (let node = rank + 1; node < this.#tree.length; node += node & -node) {
      this.#tree[node] = (this.#tree[node] as number) + count;
    }
  }

  /** Sums the counts of all ranks below `rank`. */
  below(rank: number): number {
    let sum = 0;
    for (let node = rank; node > 0; node -= node & -node) sum += this.#tree[node] as number;
    return sum;
  }
}

/** Patients in the order of counting. */
interface Ordered {
  /** Rows of one time each, by descending time. */
  readonly groups: readonly {readonly censored: readonly number[]; readonly died: readonly number[]}[];
  /** The rank of each row's score among the distinct scores in ascending order, `[n]`. */
  readonly ranks: Uint32Array;
  readonly rankCount: number;
}

function ordered({times, events, scores}: ScoredSurvival): Ordered {
  const order = Array.from(times, (_, row) => row).sort(
    (a, b) => (times[b] as number) - (times[a] as number),
  );
  const groups: {censored: number[]; died: number[]}[] = [];
  let last = Number.NaN;
  for (const row of order) {
    const time = times[row] as number;
    if (time !== last) groups.push({censored: [], died: []});
    last = time;
    const group = at(groups, groups.length - 1);
    (events[row] === 1 ? group.died : group.censored).push(row);
  }
  const distinct = [...new Set(Array.from(scores))].sort((a, b) => a - b);
  const rankOf = new Map(distinct.map((score, rank) => [score, rank]));
  return {
    groups,
    ranks: Uint32Array.from(scores, (score) => present(rankOf.get(score), "the rank of a score")),
    rankCount: distinct.length,
  };
}

/**
 * Counts the pairs in O(n log n). An event is compared with all patients of later times and with the censored
 * ones of its own time, which are counted before it.
 * @param weights number of times that each patient is present, `[n]`
 */
function pairsOf({groups, ranks, rankCount}: Ordered, weights: ArrayLike<number>): Pairs {
  const later = new RankCounts(rankCount);
  let counted = 0;
  let comparable = 0;
  let concordant = 0;
  const count = (row: number): void => {
    const weight = weights[row] as number;
    counted += weight;
    if (weight > 0) later.add(ranks[row] as number, weight);
  };
  for (const {censored, died} of groups) {
    censored.forEach(count);
    for (const row of died) {
      const weight = weights[row] as number;
      if (weight === 0) continue;
      const rank = ranks[row] as number;
      comparable += weight * counted;
      concordant += (weight * (later.below(rank) + later.below(rank + 1))) / 2;
    }
    died.forEach(count);
  }
  return {comparable, concordant};
}

/**
 * The concordance index (C-index) of the rows drawn: the share of comparable pairs in which the patient with
 * the earlier event has the higher score. Equal scores count one half. A pair is comparable if the earlier of
 * two times is that of an event. At equal times an event counts as earlier than a censored patient, and two
 * events are not compared. Ties are treated as in lifelines' `concordance_index`.
 *
 * @returns 0 .. 1, or null if no pair is comparable
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 * @see Harrell et al. 1982, Evaluating the yield of medical tests
 */
export function concordanceOfRows(survival: ScoredSurvival): RowStatistic {
  checkScoredPatients(survival.events, survival.scores);
  checkScoredPatients(survival.events, survival.times);
  const order = ordered(survival);
  const weights = new Uint32Array(survival.times.length);
  return (rows) => {
    weights.fill(0);
    for (const row of rows) weights[row] = (weights[row] as number) + 1;
    const {comparable, concordant} = pairsOf(order, weights);
    return comparable === 0 ? null : concordant / comparable;
  };
}

/** {@link concordanceOfRows} of all patients, once each. */
export function concordanceIndex(survival: ScoredSurvival): number | null {
  return concordanceOfRows(survival)(Uint32Array.from(survival.times, (_, row) => row));
}

/** Rows with that event flag, sorted by time and score, so the order of the patients does not matter. */
function stratum({times, events, scores}: ScoredSurvival, event: number): Uint32Array {
  return Uint32Array.from(events, (_, row) => row)
    .filter((row) => events[row] === event)
    .sort(
      (a, b) => (times[a] as number) - (times[b] as number) || (scores[a] as number) - (scores[b] as number),
    );
}

/**
 * Computes the C-index with its 95 % percentile bootstrap interval. The 1,000 samples are drawn with
 * replacement, patients with an event separately from those without, so every sample has as many events as
 * the original. The order of the patients does not matter. If a sample has no comparable pair, as with a
 * single late event, the interval is 0 .. 1.
 *
 * @param random decides the draws; it gives as many words as there are patients in 1,000 samples
 * @returns null if no pair is comparable
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 * @see Efron & Tibshirani 1993, chapter 13
 */
export function concordanceInterval(survival: ScoredSurvival, random: Random): Interval | null {
  const value = concordanceIndex(survival);
  if (value === null) return null;
  const statistic = concordanceOfRows(survival);
  const strata = [stratum(survival, 1), stratum(survival, 0)];
  const results = new Float64Array(BOOTSTRAP_DRAWS);
  for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++) {
    const rows = strata.flatMap((own) => Array.from(own, () => own[random.below(own.length)] as number));
    const drawn = statistic(Uint32Array.from(rows));
    if (drawn === null) return {value, low: 0, high: 1};
    results[draw] = drawn;
  }
  return {value, ...percentileLimits(results)};
}
