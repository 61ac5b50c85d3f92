import {sha256, toHex} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";

/** Patients in an order that hangs on their rows alone, so that every seed and every method has the same one. */
export interface PatientOrder {
  /** Places of the patients, `[patients]`. */
  readonly order: readonly number[];
  /** SHA-256 of all of them: equal names are equal patients. */
  readonly name: string;
}

/** The order of the patients of `rows`, by the hash of each one's rows and label. */
export function patientOrder({
  n,
  d,
  values,
  labels,
  times,
  patientOf,
  patients,
}: PatientMatrix): PatientOrder {
  const rowsOf = Array.from({length: patients}, (): Uint8Array[] => []);
  for (let row = 0; row < n; row++) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset + 4 * row * d, 4 * d);
    const time = new TextEncoder().encode(times === undefined ? "" : String(times[row]));
    rowsOf[patientOf[row] ?? 0]?.push(bytes, Uint8Array.of(labels[row] ?? 0), time);
  }
  const hashes = rowsOf.map((parts) => toHex(sha256(...parts)));
  const order = [...hashes.keys()].sort((a, b) => ((hashes[a] ?? "") < (hashes[b] ?? "") ? -1 : 1));
  const sorted = order.map((place) => hashes[place] ?? "");
  return {order, name: toHex(sha256(new TextEncoder().encode(sorted.join(" "))))};
}
