import {clipToUnit, type Interval} from "./distributions/interval.ts";
import {sampleCovariance} from "./distributions/moments.ts";
import {NORMAL_95, normalCdf} from "./distributions/normal.ts";
import {midRanks, type Placements, placements, subtract} from "./placements.ts";
import {checkScoredPatients} from "./scored-patients.ts";

/** An AUROC with DeLong's variance and the resulting Wald interval. */
export interface DeLong extends Interval {
  /** The variance of the AUROC, or null when a class has fewer than two patients. */
  readonly variance: number | null;
}

/** DeLong's test of two AUROCs of the same patients. */
export interface PairedDeLong {
  /** AUROC of the first scores minus that of the second. */
  readonly difference: number;
  /** The difference in standard errors; null if the variance is 0 and the difference is not. */
  readonly z: number | null;
  /** The two-sided p-value against no difference; null with `z`. */
  readonly p: number | null;
  /** The covariance of the two AUROCs. */
  readonly covariance: number;
}

/**
 * The area under the ROC curve: the probability that a random positive scores above a random negative, a tie
 * counting one half (Mann-Whitney, by mid-ranks).
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scores finite, higher meaning more likely 1, `[n]`
 * @returns 0 .. 1, or null when a class is absent
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function auroc(labels: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  const positives = checkScoredPatients(labels, scores);
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const ranks = midRanks(Float64Array.from(scores));
  const rankSum = ranks.reduce((sum, rank, row) => (labels[row] === 1 ? sum + rank : sum), 0);
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * The AUROC with DeLong's variance and 95 % Wald interval, clipped to 0 .. 1. With fewer than two patients in
 * a class no variance can be estimated, and the interval is 0 .. 1. At perfect separation the variance is 0
 * and the interval is a point, a known weakness of the method in small samples.
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scores finite, higher meaning more likely 1, `[n]`
 * @returns null if a class is absent
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 * @see DeLong, DeLong & Clarke-Pearson 1988; Sun & Xu 2014, "Fast implementation of DeLong's algorithm"
 */
export function delong(labels: ArrayLike<number>, scores: ArrayLike<number>): DeLong | null {
  const value = auroc(labels, scores);
  if (value === null) return null;
  const own = placements(labels, scores);
  if (!hasTwoOfEach(own)) return {value, variance: null, low: 0, high: 1};
  const variance = aurocCovariance(own, own);
  const margin = NORMAL_95 * Math.sqrt(variance);
  return {value, variance, low: clipToUnit(value - margin), high: clipToUnit(value + margin)};
}

/**
 * DeLong's paired test of the AUROCs of `scoresA` and `scoresB` on the same patients. The variance of the
 * difference is computed from the differences of the placements, and is never negative.
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scoresA finite, `[n]`
 * @param scoresB finite, `[n]`, in the same order of patients
 * @returns null if a class has fewer than two patients; z = 0 and p = 1 for scores that rank alike
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 * @see DeLong, DeLong & Clarke-Pearson 1988; Sun & Xu 2014
 */
export function delongPaired(
  labels: ArrayLike<number>,
  scoresA: ArrayLike<number>,
  scoresB: ArrayLike<number>,
): PairedDeLong | null {
  const first = auroc(labels, scoresA);
  const second = auroc(labels, scoresB);
  const gain = gainOf({labels, ours: scoresA, baseline: scoresB});
  if (first === null || second === null || gain === null) return null;
  const difference = first - second;
  const z = standardised(difference, aurocCovariance(gain, gain));
  const p = z === null ? null : 2 * normalCdf(-Math.abs(z));
  const covariance = aurocCovariance(placements(labels, scoresA), placements(labels, scoresB));
  return {difference, z, p, covariance};
}

/** Two models' scores of the same patients. */
interface ScoredTwice {
  readonly labels: ArrayLike<number>;
  readonly ours: ArrayLike<number>;
  readonly baseline: ArrayLike<number>;
}

/**
 * Each patient's placement under `ours` minus that under `baseline`; null if a class has fewer than two
 * patients.
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function gainOf({labels, ours, baseline}: ScoredTwice): Placements | null {
  checkScoredPatients(labels, ours);
  checkScoredPatients(labels, baseline);
  const [ofA, ofB] = [placements(labels, ours), placements(labels, baseline)];
  if (!hasTwoOfEach(ofA)) return null;
  return {
    ofPositives: subtract(ofA.ofPositives, ofB.ofPositives),
    ofNegatives: subtract(ofA.ofNegatives, ofB.ofNegatives),
  };
}

function hasTwoOfEach({ofPositives, ofNegatives}: Placements): boolean {
  return ofPositives.length >= 2 && ofNegatives.length >= 2;
}

/**
 * The covariance of two AUROCs by their placements, `[m]` and `[n - m]`: S10 / m + S01 / (n - m) of DeLong
 * 1988, with placements still in counts of the other class.
 */
export function aurocCovariance(left: Placements, right: Placements): number {
  const positives = left.ofPositives.length;
  const negatives = left.ofNegatives.length;
  const ofPositives = sampleCovariance(left.ofPositives, right.ofPositives) / (negatives * negatives);
  const ofNegatives = sampleCovariance(left.ofNegatives, right.ofNegatives) / (positives * positives);
  return ofPositives / positives + ofNegatives / negatives;
}

/** Expresses a difference in standard errors: 0 for no difference, null for a difference without variance. */
export function standardised(difference: number, variance: number): number | null {
  if (difference === 0) return 0;
  return variance > 0 ? difference / Math.sqrt(variance) : null;
}
