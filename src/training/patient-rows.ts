import type {Unlabelled} from "../model/index.ts";

/** Rows that say whose they are: a table's, or tiles of slides. The caller owns the arrays. */
export interface PatientRows extends Unlabelled {
  /** Number of different patients. */
  readonly patients: number;
  /** `[n]`, the patient of each row, 0 .. `patients` - 1. */
  readonly patientOf: Uint32Array;
}

/** The rows of each patient, `[patients]`, in their order. */
export function rowsOfPatients({patients, patientOf}: PatientRows): readonly number[][] {
  const rows: number[][] = Array.from({length: patients}, () => []);
  patientOf.forEach((patient, row) => {
    rows[patient]?.push(row);
  });
  return rows;
}
