import {at} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";

/** One label and one score for each patient. */
export interface PatientScores {
  /** `[patients]`, 0 or 1. */
  readonly labels: Uint8Array;
  /** `[patients]`, probability of label 1, or for survival the log risk. */
  readonly scores: Float32Array;
}

/** The label of each patient, `[patients]`; a patient's rows agree on it. */
export function patientLabels(rows: PatientMatrix): Uint8Array {
  const labels = new Uint8Array(rows.patients);
  rows.patientOf.forEach((patient, row) => {
    labels[patient] = at(rows.labels, row);
  });
  return labels;
}

/** The time of survival of each patient, `[patients]`; null for rows without times. */
export function patientTimes({patients, patientOf, times}: PatientMatrix): Float64Array | null {
  if (times === undefined) return null;
  const ofPatients = new Float64Array(patients);
  patientOf.forEach((patient, row) => {
    ofPatients[patient] = at(times, row);
  });
  return ofPatients;
}
