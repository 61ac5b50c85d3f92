import {at} from "../core/index.ts";
import type {Unlabelled} from "../model/index.ts";

/** Rows with their patients: rows of a table, or tiles of slides. The caller owns the arrays. */
export interface PatientRows extends Unlabelled {
  /** Number of distinct patients. */
  readonly patients: number;
  /** `[n]`, the patient of each row, 0 .. `patients` - 1. */
  readonly patientOf: Uint32Array;
}

/** The rows of each patient, `[patients]`, in their order. */
export function rowsOfPatients({patients, patientOf}: PatientRows): readonly number[][] {
  const rows: number[][] = Array.from({length: patients}, () => []);
  patientOf.forEach((patient, row) => {
    at(rows, patient).push(row);
  });
  return rows;
}
