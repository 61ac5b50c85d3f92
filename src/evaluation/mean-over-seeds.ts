import {CodedError} from "../core/index.ts";
import {mean, sampleCovariance} from "./distributions/moments.ts";
import {studentT95} from "./distributions/student-t.ts";
import type {EvaluationErrorCode} from "./errors.ts";

/**
 * Least number of repetitions for an interval: of two, Student's t is 12.7 standard errors wide to either
 * side.
 */
const LEAST_FOR_INTERVAL = 3;

/** Range of a figure: 0 .. 1, at least 0, or any (such as a difference). */
export type FigureRange = "unit" | "positive" | "any";

/** A figure over repetitions of an experiment, such as seeds or left-out sites; plain JSON. */
export interface SeedSummary {
  /** The arithmetic mean. */
  readonly mean: number;
  /** The sample standard deviation (divisor n - 1); null for a single value. */
  readonly sd: number | null;
  /**
   * The lower 95 % limit of the mean by Student's t; null for fewer than three values, which are better shown
   * as points.
   */
  readonly low: number | null;
  /** The upper 95 % limit of the mean by Student's t; null with `low`. */
  readonly high: number | null;
  /** Number of repetitions. */
  readonly n: number;
}

/**
 * Computes the mean of `values` `[n]` with sample standard deviation and 95 % t-interval. The interval never
 * leaves the range. For figures in 0 .. 1 it is computed on the logit of the mean, for figures from 0 on its
 * logarithm, with the standard error by the delta method. It covers repetitions, not patients: over seeds it
 * shows how much the figure depends on the seed.
 *
 * @returns null if there is no value
 * @throws EVALUATION_NOT_FINITE, EVALUATION_OUT_OF_RANGE
 */
export function meanOverSeeds(values: ArrayLike<number>, range: FigureRange): SeedSummary | null {
  const n = values.length;
  if (n === 0) return null;
  checkRange(values, range);
  const average = mean(values);
  if (n === 1) return {mean: average, sd: null, low: null, high: null, n};
  const sd = Math.sqrt(sampleCovariance(values, values));
  if (n < LEAST_FOR_INTERVAL) return {mean: average, sd, low: null, high: null, n};
  return {mean: average, sd, ...limitsOf(average, (studentT95(n - 1) * sd) / Math.sqrt(n), range), n};
}

function checkRange(values: ArrayLike<number>, range: FigureRange): void {
  const all = Array.from(values);
  if (!all.every(Number.isFinite)) {
    throw new CodedError<EvaluationErrorCode>("EVALUATION_NOT_FINITE", "a repetition gave NaN or infinity", {
      hint: "Leave out repetitions in which the figure is undefined, and report how many there were.",
    });
  }
  const isWithin = (value: number): boolean =>
    range === "any" || (value >= 0 && (range === "positive" || value <= 1));
  if (all.every(isWithin)) return;
  throw new CodedError<EvaluationErrorCode>(
    "EVALUATION_OUT_OF_RANGE",
    `a figure is not in the range "${range}"`,
    {
      hint: "Give differences the range any.",
    },
  );
}

/** Limits of a mean with a t-interval of `margin` to either side. */
function limitsOf(average: number, margin: number, range: FigureRange): {low: number; high: number} {
  if (margin === 0) return {low: average, high: average};
  switch (range) {
    case "any":
      return {low: average - margin, high: average + margin};
    case "positive": {
      const factor = Math.exp(margin / average);
      return {low: average / factor, high: average * factor};
    }
    case "unit": {
      const odds = average / (1 - average);
      const factor = Math.exp(margin / (average * (1 - average)));
      return {low: odds / (odds + factor), high: 1 / (1 + 1 / (odds * factor))};
    }
  }
}
