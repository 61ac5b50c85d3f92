import {CodedError} from "../core/index.ts";
import type {DataErrorCode} from "./errors.ts";
import type {Feature, Matrix, PatientMatrix, Standardiser} from "./types.ts";

/** What FLamby adds to a standard deviation before dividing by it. */
const SCALE_OFFSET = 1e-9;

/**
 * A feature whose standard deviation is below this share of its declared range counts as one that does not vary:
 * it is above the error that f32 leaves in a released mean (2^-24 of the range and a few roundings).
 */
const CONSTANT_SHARE = 1e-6;

/** First and second moments of each feature over `count` patients. */
export interface Moments {
  /** Shape `[d]`. */
  readonly mean: Float64Array;
  /** Mean over the patients of the mean over a patient's rows of (value - mean)^2, shape `[d]`. */
  readonly meanSquaredDeviation: Float64Array;
  /** Number of patients; at least 1. */
  readonly count: number;
}

/** Rows that may say which of them are of one patient; where they do not, each row is another patient. */
type Rows = Matrix & Partial<Pick<PatientMatrix, "patients" | "patientOf">>;

/** Number of rows of the patient of each row, shape `[n]`. */
function rowsOfPatient({n, patientOf, patients}: Rows): Uint32Array {
  if (patientOf === undefined) return new Uint32Array(n).fill(1);
  const counts = new Uint32Array(patients ?? n);
  for (const patient of patientOf) counts[patient] = (counts[patient] ?? 0) + 1;
  return patientOf.map((patient) => counts[patient] ?? 1);
}

/** Mean over patients of the mean over each one's rows of (value - `from`)^`power`, shape `[d]`. */
function meanOverPatients(matrix: Rows, from: Float64Array, power: 1 | 2): Float64Array {
  const {n, d, values} = matrix;
  if (n === 0) {
    throw new CodedError<DataErrorCode>("DATA_MATRIX_EMPTY", "statistics of no rows are undefined", {
      hint: "The site needs at least one train patient.",
    });
  }
  const siblings = rowsOfPatient(matrix);
  const sums = new Float64Array(d);
  for (let row = 0; row < n; row++) {
    const share = siblings[row] ?? 1;
    for (let feature = 0; feature < d; feature++) {
      const deviation = (values[row * d + feature] ?? 0) - (from[feature] ?? 0);
      sums[feature] = (sums[feature] ?? 0) + (power === 1 ? deviation : deviation * deviation) / share;
    }
  }
  const patients = matrix.patients ?? n;
  return sums.map((sum) => sum / patients);
}

/**
 * Mean of each feature over the patients, shape `[d]`, f64; a patient's value is the mean over the patient's rows, so
 * that the number of rows (of tiles, say) never counts. The mean of sites' means, weighted by their patients, is the
 * mean of all patients together.
 * @throws {CodedError} DATA_MATRIX_EMPTY
 */
export function meanOf(matrix: Rows): Float64Array {
  return meanOverPatients(matrix, new Float64Array(matrix.d), 1);
}

/**
 * Mean over the patients of the mean over each one's rows of (value - mean)^2 for each feature, shape `[d]`, f64.
 * With the SAME mean at all sites (that of all patients), the mean weighted by patients is that of all patients
 * together, exactly; where a row is a patient it is the population variance.
 * @param mean shape `[d]`
 * @throws {CodedError} DATA_MATRIX_EMPTY
 */
export function squaredDeviationOf(matrix: Rows, mean: Float64Array): Float64Array {
  return meanOverPatients(matrix, mean, 2);
}

/**
 * The standardiser of `moments`: scale = sqrt(variance * N / (N - 1)) + 1e-9, as FLamby's. A feature that does not
 * vary (standard deviation below 1e-6 of its declared range, or a single patient) has scale 1: it becomes 0 where it was
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
export function standardise<Values extends Matrix>(matrix: Values, standardiser: Standardiser): Values {
  const {mean, scale} = standardiser;
  const {n, d} = matrix;
  const values = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    for (let feature = 0; feature < d; feature++) {
      const index = row * d + feature;
      values[index] = ((matrix.values[index] ?? 0) - (mean[feature] ?? 0)) / (scale[feature] ?? 1);
    }
  }
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
