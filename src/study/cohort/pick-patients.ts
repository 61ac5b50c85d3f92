import {at} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";

/** First row of each patient, followed by the number of rows. The rows of a patient lie side by side. */
function rowStarts({patientOf, patients, n}: PatientMatrix): Uint32Array {
  const starts = new Uint32Array(patients + 1).fill(n);
  for (let row = n - 1; row >= 0; row--) starts[at(patientOf, row)] = row;
  return starts;
}

/**
 * Creates a function that picks patients out of `matrix`: their rows, in the given order. The patients are
 * renumbered in the result, which is owned by the caller.
 * @param matrix rows of a patient side by side, as in a split
 */
export function patientPicker(matrix: PatientMatrix): (chosen: readonly number[]) => PatientMatrix {
  const {d} = matrix;
  const starts = rowStarts(matrix);
  const startOf = (patient: number): number => at(starts, patient);
  return (chosen) => {
    const n = chosen.reduce((sum, patient) => sum + startOf(patient + 1) - startOf(patient), 0);
    const values = new Float32Array(n * d);
    const labels = new Uint8Array(n);
    const patientOf = new Uint32Array(n);
    const times = matrix.times === undefined ? undefined : new Float64Array(n);
    let row = 0;
    chosen.forEach((patient, number) => {
      const [from, to] = [startOf(patient), startOf(patient + 1)];
      values.set(matrix.values.subarray(from * d, to * d), row * d);
      labels.set(matrix.labels.subarray(from, to), row);
      if (matrix.times !== undefined) times?.set(matrix.times.subarray(from, to), row);
      patientOf.fill(number, row, row + to - from);
      row += to - from;
    });
    const picked = {n, d, values, labels, patients: chosen.length, patientOf};
    return times === undefined ? picked : {...picked, times};
  };
}

/**
 * Picks the rows of some patients of `matrix`, as a {@link patientPicker} does.
 * @param chosen different numbers
 */
export function pickPatients(matrix: PatientMatrix, chosen: readonly number[]): PatientMatrix {
  return patientPicker(matrix)(chosen);
}
