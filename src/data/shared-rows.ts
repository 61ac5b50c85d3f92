import {at} from "../core/index.ts";
import type {SiteTable} from "./types.ts";

/** FNV-1a over the words of a row. */
function hashOf(words: Uint32Array): number {
  let hash = 0x811c_9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x0100_0193);
  return hash;
}

function areEqual(a: Uint32Array, b: Uint32Array): boolean {
  return a.every((word, index) => word === b[index]);
}

/**
 * Counts the patients of `table` with a row whose features are, bit for bit, those of a row of another
 * patient. The same person or slide under two keys could otherwise be in two parts of a split unnoticed.
 */
export function patientsWithSharedRows({values, featureNames, patients}: SiteTable): number {
  const width = featureNames.length;
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const wordsOf = (row: number): Uint32Array => words.subarray(row * width, (row + 1) * width);
  const firstRows = new Map<number, number[]>();
  const shared = new Set<string>();
  patients.forEach((patient, row) => {
    const own = wordsOf(row);
    const hash = hashOf(own);
    const known = firstRows.get(hash) ?? [];
    const same = known.find((first) => areEqual(own, wordsOf(first)));
    if (same === undefined) {
      firstRows.set(hash, [...known, row]);
      return;
    }
    const other = at(patients, same);
    if (other !== patient) shared.add(patient).add(other);
  });
  return shared.size;
}
