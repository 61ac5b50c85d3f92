import {at, CodedError, present} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import type {Feature, Matrix, PatientMatrix, Standardiser} from "./types.ts";

/**
 * Error bound of a released mean, as a share of its distance from the anchor: each site's and the result's
 * rounding to f32, 2^-25 of the value each, and as much again for the sums between them.
 */
const MEAN_ERROR = 2 ** -23;

/** First and second moments of each feature over `count` patients. */
export interface Moments {
  /** Shape `[d]`. */
  readonly mean: Float64Array;
  /** Mean over the patients of the mean over a patient's rows of (value - mean)^2, shape `[d]`. */
  readonly meanSquaredDeviation: Float64Array;
  /** Number of patients; at least 1. */
  readonly count: number;
}

/** Rows that may state which of them belong to one patient; otherwise each row is another patient. */
export type GroupedRows = Matrix & Partial<Pick<PatientMatrix, "patients" | "patientOf">>;

/** Number of rows of each row's patient, shape `[n]`. */
function rowsOfPatient({n, patientOf, patients}: GroupedRows): Uint32Array {
  if (patientOf === undefined) return new Uint32Array(n).fill(1);
  const counts = new Uint32Array(present(patients, "the number of patients of these rows"));
  for (const patient of patientOf) counts[patient] = at(counts, patient) + 1;
  return patientOf.map((patient) => at(counts, patient));
}

/** Mean over patients of the mean over each one's rows of (value - `from`)^`power`, shape `[d]`. */
function meanOverPatients(matrix: GroupedRows, from: ArrayLike<number>, power: 1 | 2): Float64Array {
  const {n, d, values} = matrix;
  if (n === 0) {
    throw new CodedError<DataErrorCode>("DATA_MATRIX_EMPTY", "statistics of no rows are undefined", {
      hint: "The site needs at least one train patient.",
    });
  }
  const siblings = rowsOfPatient(matrix);
  const sums = new Float64Array(d);
  for (let row = 0; row < n; row++) {
    const share = at(siblings, row);
    for (let feature = 0; feature < d; feature++) {
      const deviation = (values[row * d + feature] as number) - (from[feature] as number);
      sums[feature] = (sums[feature] as number) + (power === 1 ? deviation : deviation * deviation) / share;
    }
  }
  const patients = matrix.patients ?? n;
  return sums.map((sum) => sum / patients);
}

/**
 * Mean of each feature over the patients, shape `[d]`, f64. A patient's value is the mean over the patient's
 * rows: the number of rows (of tiles, say) never counts. The mean of sites' means, weighted by their
 * patients, is the mean of all patients together.
 * @throws {CodedError} DATA_MATRIX_EMPTY
 */
export function meanOf(matrix: GroupedRows): Float64Array {
  // Counted from the first row: the mean of equal values is then exactly their value.
  const from = matrix.values.subarray(0, matrix.d);
  return meanOverPatients(matrix, from, 1).map((deviation, feature) => at(from, feature) + deviation);
}

/**
 * Mean over the patients of the mean over each one's rows of (value - mean)^2 for each feature, shape `[d]`,
 * f64. With the SAME mean at all sites (that of all patients), the mean weighted by patients is exactly that
 * of all patients together; if each row is a patient, it is the population variance.
 * @param mean shape `[d]`
 * @throws {CodedError} DATA_MATRIX_EMPTY
 */
export function squaredDeviationOf(matrix: GroupedRows, mean: Float64Array): Float64Array {
  return meanOverPatients(matrix, mean, 2);
}

/**
 * The standardiser of `moments`: scale = sqrt(variance * N / (N - 1)), the sample standard deviation. A
 * feature that does not vary in the data, or of a single patient, has the scale Infinity: it always becomes
 * 0, since nothing was learned of it.
 * @param error bound on the distance of each mean from the true one, shape `[d]`, at least 0; a standard
 *   deviation that is no larger says nothing
 */
export function standardiserOf(moments: Moments, error?: Float64Array): Standardiser {
  const {mean, meanSquaredDeviation, count} = moments;
  const scale = meanSquaredDeviation.map((deviation, index) => {
    const sd = count < 2 ? 0 : Math.sqrt((deviation * count) / (count - 1));
    const bound = error === undefined ? 0 : at(error, index);
    return sd <= 2 * bound ? Number.POSITIVE_INFINITY : sd;
  });
  return {mean: mean.slice(), scale};
}

/** Makes each value of `matrix` (value - mean) / scale, in a new matrix that shares labels and patients. */
export function standardise<Values extends Matrix>(matrix: Values, standardiser: Standardiser): Values {
  const {mean, scale} = standardiser;
  const {n, d} = matrix;
  const values = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    for (let feature = 0; feature < d; feature++) {
      const index = row * d + feature;
      values[index] =
        ((matrix.values[index] as number) - (mean[feature] as number)) / (scale[feature] as number);
    }
  }
  return {...matrix, values};
}

/** The moment that a vector of statistics holds. */
export type StatisticalMoment = "mean" | "squaredDeviation";

/** The least and the greatest value that the task declares for a feature. */
export type Bounds = Pick<Feature, "low" | "high">;

/** The value of a feature's range that is nearest to 0; means are released as their distance from it. */
function anchorOf({low, high}: Bounds): number {
  return Math.min(Math.max(0, low), high);
}

/**
 * The least and the greatest values of {@link toUnitRange} for any patients, except for rounding to f32;
 * `[d]` each. 0 always lies between.
 */
export function unitRange(
  moment: StatisticalMoment,
  features: readonly Bounds[],
): {low: Float64Array; high: Float64Array} {
  const {length} = features;
  if (moment === "squaredDeviation") {
    return {low: new Float64Array(length), high: new Float64Array(length).fill(1)};
  }
  const share = (feature: Bounds, bound: number): number =>
    (bound - anchorOf(feature)) / (feature.high - feature.low);
  return {
    low: Float64Array.from(features, (feature) => share(feature, feature.low)),
    high: Float64Array.from(features, (feature) => share(feature, feature.high)),
  };
}

/**
 * `statistics` of shape `[d]` in the form in which they are released: f32 shares of the range that the task
 * declares, which no patient's value can exceed. Means become (mean - anchor) / range in [-1, 1], squared
 * deviations deviation / range^2 in [0, 1]. Both keep 24 bits of their own size, however wide the range is.
 */
export function toUnitRange(
  statistics: Float64Array,
  moment: StatisticalMoment,
  features: readonly Feature[],
): Float32Array {
  const {low, high} = unitRange(moment, features);
  return Float32Array.from(features, (feature, index) => {
    const value = at(statistics, index);
    const range = feature.high - feature.low;
    const share = moment === "mean" ? (value - anchorOf(feature)) / range : value / range / range;
    // A bound such as 0.7 has no exact f32, so a value that equals it may lie a rounding error outside.
    return Math.min(at(high, index), Math.max(at(low, index), share));
  });
}

/** The inverse of {@link toUnitRange}, in f64. */
export function fromUnitRange(
  released: Float32Array,
  moment: StatisticalMoment,
  features: readonly Feature[],
): Float64Array {
  return Float64Array.from(features, (feature, index) => {
    const value = at(released, index);
    const range = feature.high - feature.low;
    return moment === "mean" ? anchorOf(feature) + value * range : value * range * range;
  });
}

/** Error bound of each mean that {@link toUnitRange} released, shape `[d]`. */
export function errorOfReleased(mean: Float64Array, features: readonly Feature[]): Float64Array {
  return Float64Array.from(
    features,
    (feature, index) => MEAN_ERROR * Math.abs(at(mean, index) - anchorOf(feature)),
  );
}
