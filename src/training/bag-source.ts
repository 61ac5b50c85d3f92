import {at, createRandom, permutation, type Random} from "../core/index.ts";
import type {ExampleSource} from "./example-source.ts";
import {rowsOfPatients} from "./patient-rows.ts";
import type {LabelledRows} from "./types.ts";

/** Options of the draws of a source of bags. */
export interface BagSourceOptions {
  /** Number of tiles of a bag. */
  readonly tiles: number;
  readonly seed: number;
  readonly site: string;
}

/** Draws at most `count` of `rows` without replacement. */
function draw(rows: readonly number[], count: number, random: Random): readonly number[] {
  if (rows.length <= count) return rows;
  const order = permutation(random, rows.length);
  return Array.from({length: count}, (_, index) => at(rows, at(order, index)));
}

/**
 * Copies one bag's tiles into `into` `[tiles, d + 1]`, each followed by its mask 1. The rest stays padding.
 */
export function fillBag(
  {d, values}: Pick<LabelledRows, "d" | "values">,
  rows: readonly number[],
  into: Float32Array,
): void {
  rows.forEach((row, tile) => {
    const start = tile * (d + 1);
    into.set(values.subarray(row * d, (row + 1) * d), start);
    into[start + d] = 1;
  });
}

/**
 * Creates an {@link ExampleSource} whose examples are patients, each a bag of `tiles` of its tiles. They are
 * drawn anew for every step by (seed, site, step), without replacement, and padded if a patient has fewer. A
 * model therefore sees only bags of one size, and the number of a patient's tiles decides nothing. The rows
 * are read and not copied.
 */
export function bagSource(train: LabelledRows, {tiles, seed, site}: BagSourceOptions): ExampleSource {
  const rowsOf = rowsOfPatients(train);
  const width = tiles * (train.d + 1);
  return {
    n: train.patients,
    batch(patients, step) {
      const random = createRandom({seed, site, round: step, purpose: "tiles"});
      const values = new Float32Array(patients.length * width);
      const labels = new Uint8Array(patients.length);
      patients.forEach((patient, index) => {
        const rows = draw(at(rowsOf, patient), tiles, random);
        fillBag(train, rows, values.subarray(index * width, (index + 1) * width));
        labels[index] = at(train.labels, at(rows, 0));
      });
      return {n: patients.length, d: width, values, labels};
    },
  };
}
