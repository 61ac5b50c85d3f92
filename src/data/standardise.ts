import {CodedError} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import type {Feature, Matrix, Standardiser} from "./types.ts";

/** What FLamby adds to a standard deviation before dividing by it. */
const SCALE_OFFSET = 1e-9;

/**
 * A feature whose standard deviation is below this share of its declared range counts as one that does not vary:
 * it is above the error that f32 leaves in a released mean (2^-24 of the range and a few roundings).
 */
const CONSTANT_SHARE = 1e-6;

/** First and second moments of each feature over `count` rows. */
export interface Moments {
  /** Shape `[d]`. */
  readonly mean: Float64Array;
  /** Mean over the rows of (value - mean)^2, shape `[d]`. */
  readonly meanSquaredDeviation: Float64Array;
  /** Number of rows; at least 1. */
  readonly count: number;
}

function meanOverRows(matrix: Matrix, term: (value: number, feature: number) => number): Float64Array {
  const {n, d, values} = matrix;
  if (n === 0) {
    throw new CodedError<DataErrorCode>("DATA_MATRIX_EMPTY", "statistics of no rows are undefined", {
      hint: "The site needs at least one train patient.",
    });
  }
  const sums = new Float64Array(d);
  values.forEach((value, index) => {
    const feature = index % d;
    sums[feature] = (sums[feature] ?? 0) + term(value, feature);
  });
  return sums.map((sum) => sum / n);
}

/**
 * Mean of each feature over the rows, shape `[d]`, f64. The mean of sites' means, weighted by their rows, is the
 * mean of all rows together.
 * @throws {CodedError} DATA_MATRIX_EMPTY
 */
export function meanOf(matrix: Matrix): Float64Array {
  return meanOverRows(matrix, (value) => value);
}

/**
 * Mean over the rows of (value - mean)^2 for each feature, shape `[d]`, f64. With the SAME mean at all sites (that of
 * all rows), the mean weighted by rows is the population variance of all rows together, exactly.
 * @param mean shape `[d]`
 * @throws {CodedError} DATA_MATRIX_EMPTY
 */
export function squaredDeviationOf(matrix: Matrix, mean: Float64Array): Float64Array {
  return meanOverRows(matrix, (value, feature) => (value - (mean[feature] ?? 0)) ** 2);
}

/**
 * The standardiser of `moments`: scale = sqrt(variance * N / (N - 1)) + 1e-9, as FLamby's. A feature that does not
 * vary (standard deviation below 1e-6 of its declared range, or a single row) has scale 1: it becomes 0 where it was
 * seen, and another value later moves by its own units instead of by a factor of 1e9.
 * @param features of the task, shape `[d]`
 */
export function standardiserOf(moments: Moments, features: readonly Feature[]): Standardiser {
  const {mean, meanSquaredDeviation, count} = moments;
  const scale = meanSquaredDeviation.map((deviation, index) => {
    const feature = features[index];
    const range = feature === undefined ? 0 : feature.high - feature.low;
    const sd = count < 2 ? 0 : Math.sqrt((deviation * count) / (count - 1));
    return sd <= CONSTANT_SHARE * range ? 1 : sd + SCALE_OFFSET;
  });
  return {mean: mean.slice(), scale};
}

/** `matrix` with each value as (value - mean) / scale; a new matrix, whose labels and patients are shared. */
export function standardise<Rows extends Matrix>(matrix: Rows, standardiser: Standardiser): Rows {
  const {mean, scale} = standardiser;
  const values = matrix.values.map((value, index) => {
    const feature = index % matrix.d;
    return (value - (mean[feature] ?? 0)) / (scale[feature] ?? 1);
  });
  return {...matrix, values};
}

/** Which moment a vector of statistics holds. */
export type Moment = "mean" | "squaredDeviation";

/**
 * `statistics` of shape `[d]` as they are released: each in [0, 1], f32, by the range that the task declares, so
 * that no value of a patient can push one outside. Means become (mean - low) / range, squared deviations
 * deviation / range^2.
 */
export function toUnitRange(
  statistics: Float64Array,
  moment: Moment,
  features: readonly Feature[],
): Float32Array {
  return Float32Array.from(features, ({low, high}, index) => {
    const value = statistics[index] ?? 0;
    const share = moment === "mean" ? (value - low) / (high - low) : value / (high - low) ** 2;
    // A bound such as 0.7 has no exact f32, so a value that equals it may lie a rounding error outside.
    return Math.min(1, Math.max(0, share));
  });
}

/** The inverse of {@link toUnitRange}, in f64. */
export function fromUnitRange(
  released: Float32Array,
  moment: Moment,
  features: readonly Feature[],
): Float64Array {
  return Float64Array.from(features, ({low, high}, index) => {
    const value = released[index] ?? 0;
    return moment === "mean" ? low + value * (high - low) : value * (high - low) ** 2;
  });
}
