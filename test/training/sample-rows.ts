import type {LabelledRows} from "../../src/training/index.ts";
import {sampleBatch} from "../model/sample-batch.ts";

/** Random rows `[n, d]`, each another patient's. */
export function sampleRows(n: number, d: number, seed: number): LabelledRows {
  return {...sampleBatch(n, d, seed), patients: n, patientOf: Uint32Array.from({length: n}, (_, row) => row)};
}

/** Random tiles `[sum of sizes, d]` of as many patients as there are sizes, with labels 0 and 1 in turn. */
export function sampleTiles(sizes: readonly number[], d: number, seed: number): LabelledRows {
  const patientOf = Uint32Array.from(
    sizes.flatMap((size, patient) => Array.from({length: size}, () => patient)),
  );
  const labels = Uint8Array.from(patientOf, (patient) => patient % 2);
  return {...sampleBatch(patientOf.length, d, seed), labels, patients: sizes.length, patientOf};
}
