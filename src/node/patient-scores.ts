import type {PatientMatrix} from "../data/index.ts";

/** One label and one score a patient. */
export interface PatientScores {
  /** `[patients]`, 0 or 1. */
  readonly labels: Uint8Array;
  /** `[patients]`, the mean score of each patient's rows. */
  readonly scores: Float64Array;
}

/** Brings row scores `[n]` to the patients they are of: clinical figures count patients, never rows. */
export function patientScores(rows: PatientMatrix, scores: Float32Array): PatientScores {
  const labels = new Uint8Array(rows.patients);
  const sums = new Float64Array(rows.patients);
  const counts = new Float64Array(rows.patients);
  rows.patientOf.forEach((patient, row) => {
    labels[patient] = rows.labels[row] ?? 0;
    sums[patient] = (sums[patient] ?? 0) + (scores[row] ?? 0);
    counts[patient] = (counts[patient] ?? 0) + 1;
  });
  return {labels, scores: sums.map((sum, patient) => sum / (counts[patient] ?? 1))};
}
