import {type Random} from "../core/index.ts";
import type {Interval} from "./distributions/interval.ts";
import {BOOTSTRAP_DRAWS, sortedQuantile} from "./distributions/quantile.ts";
import {checkScoredPatients, scoresByClass} from "./scored-patients.ts";

/** A number computed from labels `[n]` and scores `[n]`; null if it is undefined. It keeps neither array. */
export type Statistic = (labels: ArrayLike<number>, scores: ArrayLike<number>) => number | null;

/** Input of {@link bootstrapInterval}. */
export interface BootstrapInput {
  /** 0 or 1 for each patient, `[n]`. */
  readonly labels: ArrayLike<number>;
  /** Finite, `[n]`. */
  readonly scores: ArrayLike<number>;
  /** Must not depend on the order of the patients. */
  readonly statistic: Statistic;
  /** Decides the draws. It gives as many words as there are patients in 1,000 samples. */
  readonly random: Random;
}

/**
 * Computes a statistic with its 95 % percentile bootstrap interval. The 1,000 samples are drawn with
 * replacement within each class, so every sample has the class sizes of the original. The limits are the 2.5
 * % and 97.5 % quantiles of the samples, interpolated linearly. Patients are sorted by class and score before
 * drawing, so their order does not matter.
 *
 * @returns null if the statistic is undefined
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE, and the statistic's own
 * errors
 * @see Efron & Tibshirani 1993, chapter 13
 */
export function bootstrapInterval({labels, scores, statistic, random}: BootstrapInput): Interval | null {
  checkScoredPatients(labels, scores);
  const value = statistic(labels, scores);
  if (value === null) return null;
  const {positives, negatives} = scoresByClass(labels, scores);
  const drawnLabels = new Uint8Array(labels.length).fill(1, 0, positives.length);
  const drawnScores = new Float64Array(labels.length);
  const results = new Float64Array(BOOTSTRAP_DRAWS);
  for (let draw = 0; draw < BOOTSTRAP_DRAWS; draw++) {
    drawInto(drawnScores.subarray(0, positives.length), positives, random);
    drawInto(drawnScores.subarray(positives.length), negatives, random);
    const result = statistic(drawnLabels, drawnScores);
    if (result === null) return null;
    results[draw] = result;
  }
  return {value, ...percentileLimits(results)};
}

/**
 * Returns the 2.5 % and 97.5 % quantiles of the statistic in the samples, `[draws]`, which it sorts in place.
 */
export function percentileLimits(results: Float64Array): Pick<Interval, "low" | "high"> {
  results.sort();
  return {low: sortedQuantile(results, 0.025), high: sortedQuantile(results, 0.975)};
}

function drawInto(target: Float64Array, source: Float64Array, random: Random): void {
  for (let index = 0; index < target.length; index++)
    target[index] = source[random.below(source.length)] as number;
}
