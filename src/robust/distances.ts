import {at} from "../core/index.ts";
import {blocksOf, type Rows} from "./rows.ts";

/**
 * Squared L2 distance of two vectors of one length: four sums side by side, each in the order of the values.
 */
export function squaredDistance(a: Float64Array, b: Float64Array): number {
  const squareAt = (index: number): number => ((a[index] as number) - (b[index] as number)) ** 2;
  const aligned = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let index = 0; index < aligned; index += 4) {
    s0 += squareAt(index);
    s1 += squareAt(index + 1);
    s2 += squareAt(index + 2);
    s3 += squareAt(index + 3);
  }
  for (let index = aligned; index < a.length; index++) s0 += squareAt(index);
  return s0 + s1 + (s2 + s3);
}

/** `[m, m]`, the squared L2 distances between all `rows`; owned by the caller. */
export function pairwiseSquared(rows: Rows): readonly Float64Array[] {
  const table = Array.from({length: rows.count}, () => new Float64Array(rows.count));
  for (const block of blocksOf(rows)) {
    block.rows.forEach((row, i) => {
      const line = at(table, i);
      for (let j = 0; j < i; j++) line[j] = at(line, j) + squaredDistance(row, at(block.rows, j));
    });
  }
  table.forEach((line, i) => {
    for (let j = i + 1; j < rows.count; j++) line[j] = at(at(table, j), i);
  });
  return table;
}

/** `[m]`, the L2 distances of `rows` from `centre` `[d]`; owned by the caller. */
export function distancesFrom(centre: Float64Array, rows: Rows): Float64Array {
  const sums = new Float64Array(rows.count);
  for (const {first, size, rows: block} of blocksOf(rows)) {
    const part = centre.subarray(first, first + size);
    block.forEach((row, index) => {
      sums[index] = (sums[index] as number) + squaredDistance(part, row);
    });
  }
  return sums.map(Math.sqrt);
}

/** `[m]`, the L2 norms of `rows`; owned by the caller. */
export function normsOf(rows: Rows): Float64Array {
  const sums = new Float64Array(rows.count);
  let origin = new Float64Array(0);
  for (const {size, rows: block} of blocksOf(rows)) {
    if (origin.length !== size) origin = new Float64Array(size);
    block.forEach((row, index) => {
      sums[index] = (sums[index] as number) + squaredDistance(origin, row);
    });
  }
  return sums.map(Math.sqrt);
}

/** The indices of `values` from the least value to the greatest; equal values are ordered by index. */
export function ascendingOrder(values: Float64Array): readonly number[] {
  return [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
}

/** The `rank`-th largest of `values`, 1 the largest; there must be as many. */
export function largest(values: Float64Array, rank: number): number {
  return at(values.toSorted(), values.length - rank);
}
