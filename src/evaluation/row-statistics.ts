import {at, present} from "../core/index.ts";
import {isClassifiedRightly} from "./accuracy.ts";
import {midRanks} from "./placements.ts";
import {checkProbabilities, checkScoredPatients} from "./scored-patients.ts";
import {patientBrier, patientLogLoss} from "./scoring-rules.ts";

/**
 * A figure of one model on patients drawn by their rows. `rows` `[m]` are places among the patients of the
 * figure. A place that appears twice counts twice. Null if the figure is undefined. It keeps nothing of
 * `rows`.
 */
export type RowStatistic = (rows: Uint32Array) => number | null;

/**
 * Makes the figure of a model with `scores` `[n]` for patients with `labels` `[n]`. It copies what it needs.
 */
export type RowStatisticMaker = (labels: ArrayLike<number>, scores: ArrayLike<number>) => RowStatistic;

/** The mean of `values` `[n]` over the rows drawn, in the order drawn; null without rows. */
export function meanOfRows(values: ArrayLike<number>): RowStatistic {
  const kept = Float64Array.from(values);
  return (rows) => {
    let sum = 0;
    for (const row of rows) sum += kept[row] as number;
    return rows.length === 0 ? null : sum / rows.length;
  };
}

/**
 * The area under the ROC curve of the rows drawn, as in `auroc`. The scores are ranked once. A draw then
 * costs one pass over its rows and one over the distinct scores.
 *
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function aurocOfRows(labels: ArrayLike<number>, scores: ArrayLike<number>): RowStatistic {
  const tally = tallyOf(labels, scores);
  return (rows) => {
    const {positives, negatives} = tally(rows);
    let lower = 0;
    let all = 0;
    let twice = 0;
    for (let rank = 0; rank < positives.length; rank++) {
      const here = negatives[rank] as number;
      twice += (positives[rank] as number) * (2 * lower + here);
      all += positives[rank] as number;
      lower += here;
    }
    return all === 0 || lower === 0 ? null : twice / (2 * all * lower);
  };
}

/**
 * Average precision of the rows drawn, as in `averagePrecision`.
 *
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function averagePrecisionOfRows(labels: ArrayLike<number>, scores: ArrayLike<number>): RowStatistic {
  const tally = tallyOf(labels, scores);
  return (rows) => {
    const {positives, negatives} = tally(rows);
    let found = 0;
    let missed = 0;
    let sum = 0;
    for (let rank = positives.length - 1; rank >= 0; rank--) {
      const here = positives[rank] as number;
      found += here;
      missed += negatives[rank] as number;
      if (here > 0) sum += (here * found) / (found + missed);
    }
    return found === 0 || missed === 0 ? null : sum / found;
  };
}

/** The figures of classifiers that can be resampled, by their names in experiment files. */
export const ROW_STATISTICS = {
  auroc: aurocOfRows,
  auprc: averagePrecisionOfRows,
  accuracy: ofPatients(isClassifiedRightly),
  brier: ofPatients(patientBrier),
  "log-loss": ofPatients(patientLogLoss),
} as const satisfies Readonly<Record<string, RowStatisticMaker>>;

function ofPatients(lossOf: (label: number, score: number) => number): RowStatisticMaker {
  return (labels, scores) => {
    checkProbabilities(labels, scores);
    return meanOfRows(Float64Array.from(scores, (score, row) => lossOf(labels[row] as number, score)));
  };
}

interface Tally {
  readonly positives: Uint32Array;
  readonly negatives: Uint32Array;
}

/** Counts rows of either class by distinct score, ascending. Both arrays are reused at the next draw. */
function tallyOf(labels: ArrayLike<number>, scores: ArrayLike<number>): (rows: Uint32Array) => Tally {
  checkScoredPatients(labels, scores);
  const kept = Uint8Array.from(labels);
  const ranks = midRanks(Float64Array.from(scores));
  const placeOf = new Map([...new Set(ranks)].sort((a, b) => a - b).map((rank, place) => [rank, place]));
  const places = Uint32Array.from(ranks, (rank) => present(placeOf.get(rank), "the place of a rank"));
  const positives = new Uint32Array(placeOf.size);
  const negatives = new Uint32Array(placeOf.size);
  return (rows) => {
    positives.fill(0);
    negatives.fill(0);
    for (const row of rows) {
      const counts = kept[row] === 1 ? positives : negatives;
      const place = at(places, row);
      counts[place] = (counts[place] as number) + 1;
    }
    return {positives, negatives};
  };
}
