import type {StatedFacts} from "./slides/tile-checks.ts";

/** Rows that a model can take; the maker of the matrix owns the values, which are not changed afterwards. */
export interface Matrix {
  /** Number of rows. */
  readonly n: number;
  /** Number of features. */
  readonly d: number;
  /** Features, shape `[n, d]`, row after row. */
  readonly values: Float32Array;
  /** Labels, shape `[n]`, each 0 (negative) or 1 (positive); for survival, 1 if the event was seen. */
  readonly labels: Uint8Array;
  /**
   * Time until the event or until last seen, shape `[n]`, at least 0, in the task's unit; only for survival.
   */
  readonly times?: Float64Array;
}

/** A {@link Matrix} that knows which of its rows belong to one patient, but not who that is. */
export interface PatientMatrix extends Matrix {
  /** Number of different patients; equal to `n` when a row is a patient. */
  readonly patients: number;
  /**
   * Patient of each row, shape `[n]`, numbered 0 .. `patients` - 1 within this matrix in order of first row.
   */
  readonly patientOf: Uint32Array;
}

/** Some patients of a site, with their keys: for this machine only. */
export interface PatientGroup {
  readonly rows: PatientMatrix;
  /** Namespaced keys, in the order in which `rows` numbers the patients. */
  readonly keys: readonly string[];
}

/** The part that a split file may give to a row; validation patients are drawn from those of train. */
export type AssignedPart = "train" | "test";

/** A summary of a slide task's bag, without the patient's identity. */
export interface BagSummary {
  readonly label: 0 | 1;
  /** All tiles of the patient, before any was left out. */
  readonly tiles: number;
}

/** A summary of a site's slides, beside their rows; it never leaves the site. */
export interface SlideSummary {
  /** One entry for each patient, in the order of the table. */
  readonly bags: readonly BagSummary[];
  /** Number of files of slides that were read; null if one array holds all tiles. */
  readonly slides: number | null;
  /** Number of patients with a label for whom no slide is listed. */
  readonly patientsWithoutSlide: number;
  /** Number of slides of patients that are not in the table of patients. */
  readonly slidesWithoutPatient: number;
  /** The facts that the files state about themselves, null if none states anything. */
  readonly stated: StatedFacts;
}

/** Rows without a value in one column. */
export interface ColumnGap {
  readonly column: string;
  /** A row that misses several values counts in each of their columns. */
  readonly rows: number;
}

/** The content of a site's data once it has been read and checked; it never leaves the site. */
export interface SiteTable {
  readonly site: string;
  /** Names of the `d` features after one-hot encoding, in the order of the columns. */
  readonly featureNames: readonly string[];
  /** Raw features in their declared units, shape `[n, d]`, row after row. */
  readonly values: Float32Array;
  /** Labels, shape `[n]`, each 0 or 1; rows of one patient agree. */
  readonly labels: Uint8Array;
  /** Times of survival, shape `[n]`, at least 0; rows of one patient agree. Null if the label is a class. */
  readonly times: Float64Array | null;
  /**
   * Namespaced patient key `site:key` of each row, shape `[n]`: for this machine only, never sent, logged or
   * shown.
   */
  readonly patients: readonly string[];
  /**
   * Index of each kept row among the file's data rows, from 0, shape `[n]`; for slides, of each kept tile
   * among all tiles of its patient.
   */
  readonly rowNumbers: Uint32Array;
  /** Part that the task's split file gives to each row, shape `[n]`; null when the parts are drawn. */
  readonly assignedParts: readonly AssignedPart[] | null;
  /** Rows left out because a value was missing; for slides, patients (for arrays, tiles) without a label. */
  readonly droppedRows: number;
  /** The columns for which rows were left out, the one with most rows first. */
  readonly gaps: readonly ColumnGap[];
  /** Number of patients without any remaining row. */
  readonly droppedPatients: number;
  /** Null for a table. */
  readonly slides: SlideSummary | null;
}

/** The parts of a sealed split. */
export type SplitPart = "train" | "validation" | "test";

/** Number of rows and patients of each class in a part. Rows of one patient share a label. */
export interface PartCounts {
  readonly rows: number;
  readonly patients: number;
  readonly positivePatients: number;
  readonly negativePatients: number;
}

/**
 * A site's patients, divided once and for all: each patient is in exactly one part. The order of rows depends
 * only on the patients' keys, never on their order in the file.
 */
export interface SealedSplit {
  readonly train: PatientMatrix;
  readonly validation: PatientMatrix;
  readonly test: PatientMatrix;
  /**
   * Lower-case hex SHA-256 over the contract hash and the sorted hashed patient keys with their part. It
   * fixes the part of each patient, and a site approves it.
   */
  readonly manifestHash: string;
  readonly counts: Readonly<Record<SplitPart, PartCounts>>;
  /** Parts that are empty or whose patients are all of one class; ranking metrics are undefined there. */
  readonly oneClassParts: readonly SplitPart[];
}

/** Shift and scale of each feature, shape `[d]` each: `(value - mean) / scale`. */
export interface Standardiser {
  readonly mean: Float64Array;
  /** Sample standard deviation, or Infinity for a feature that does not vary; never 0. */
  readonly scale: Float64Array;
}

/** One column of a model's input. */
export interface Feature {
  readonly name: string;
  /** Least value that the task declares, in the column's unit; 0 for binary and one-hot features. */
  readonly low: number;
  /** Greatest value that the task declares; 1 for binary and one-hot features. */
  readonly high: number;
}
