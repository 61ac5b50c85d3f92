import {at} from "../core/index.ts";

type RowOf = (row: number) => Float32Array;

function meanOf(count: number, rowOf: RowOf): Float64Array {
  const mean = Float64Array.from(rowOf(0));
  for (let row = 1; row < count; row++) {
    const values = rowOf(row);
    for (let index = 0; index < mean.length; index++)
      mean[index] = (mean[index] as number) + (values[index] as number);
  }
  return mean.map((sum) => sum / count);
}

/**
 * Root of the mean squared distance of the rows from their mean; sums in f64, in the order of the rows.
 * @param count number of rows; without rows the distance is 0
 * @param rowOf returns a row `[d]`, which the next call may overwrite
 */
export function consensusDistance(count: number, rowOf: RowOf): number {
  if (count === 0) return 0;
  const mean = meanOf(count, rowOf);
  let squares = 0;
  for (let row = 0; row < count; row++) {
    const values = rowOf(row);
    for (let index = 0; index < mean.length; index++) {
      const away = (values[index] as number) - (mean[index] as number);
      squares += away * away;
    }
  }
  return Math.sqrt(squares / count);
}

/** Does the same for whole models. Returns 0 at once if all are the same. */
export function modelsDistance(models: readonly Float32Array[]): number {
  if (models.every((model) => model === models[0])) return 0;
  return consensusDistance(models.length, (row) => at(models, row));
}

/**
 * Relative distance of a site's own model, `base + update`, to the model that the members agreed on:
 * |base + update - agreed| / |agreed|, in L2 norms; null if |agreed| is 0.
 * @param base `[d]`, the round's snapshot
 * @param update `[>= d]`
 * @param agreed `[>= d]`, of which the first d are the shared parameters
 */
export function relativeDistance(
  base: Float32Array,
  update: Float32Array,
  agreed: Float32Array,
): number | null {
  let apart = 0;
  let size = 0;
  for (let index = 0; index < base.length; index++) {
    const common = agreed[index] as number;
    apart += ((base[index] as number) + (update[index] as number) - common) ** 2;
    size += common * common;
  }
  return size === 0 ? null : Math.sqrt(apart / size);
}
