import {sha256, toHex} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import {expected} from "../../simulation/index.ts";

/**
 * Names the patients of `rows`, `[patients]`, by the SHA-256 of each one's rows, labels and time. A patient
 * has the same key at every seed, at every site and under every method.
 */
export function patientKeys({n, d, values, labels, times, patientOf, patients}: PatientMatrix): string[] {
  const rowsOf = Array.from({length: patients}, (): Uint8Array[] => []);
  for (let row = 0; row < n; row++) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset + 4 * row * d, 4 * d);
    const time = new TextEncoder().encode(times === undefined ? "" : String(times[row]));
    const patient = expected(patientOf[row], "the patient of a row");
    const label = expected(labels[row], "the label of a row");
    expected(rowsOf[patient], "a patient").push(bytes, Uint8Array.of(label), time);
  }
  return rowsOf.map((parts) => toHex(sha256(...parts)));
}
