import {CodedError} from "../core/index.ts";
import type {EvaluationErrorCode} from "./errors.ts";
import {mean, sampleCovariance} from "./moments.ts";
import {studentT95} from "./student-t.ts";

/** A figure over repetitions of an experiment, such as seeds or left-out sites; plain JSON. */
export interface SeedSummary {
  /** The arithmetic mean. */
  readonly mean: number;
  /** The sample standard deviation (divisor n - 1); null for a single value. */
  readonly sd: number | null;
  /** The lower 95 % limit of the mean by Student's t; null for a single value. */
  readonly low: number | null;
  /** The upper 95 % limit of the mean by Student's t; null for a single value. */
  readonly high: number | null;
  /** Number of repetitions. */
  readonly n: number;
}

/**
 * The mean of `values` `[n]` with sample standard deviation and 95 % t-interval, not clipped to any range. The
 * interval speaks of repetitions, not of patients: over seeds it says how far the figure depends on the seed.
 *
 * @returns null when there is no value
 * @throws EVALUATION_NOT_FINITE
 */
export function meanOverSeeds(values: ArrayLike<number>): SeedSummary | null {
  const n = values.length;
  if (n === 0) return null;
  if (!Array.from(values).every(Number.isFinite)) {
    throw new CodedError<EvaluationErrorCode>("EVALUATION_NOT_FINITE", "a repetition gave NaN or infinity", {
      hint: "Leave out repetitions in which the figure is undefined, and report how many there were.",
    });
  }
  const average = mean(values);
  if (n === 1) return {mean: average, sd: null, low: null, high: null, n};
  const sd = Math.sqrt(sampleCovariance(values, values));
  const margin = (studentT95(n - 1) * sd) / Math.sqrt(n);
  return {mean: average, sd, low: average - margin, high: average + margin, n};
}
