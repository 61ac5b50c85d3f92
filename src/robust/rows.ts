import {at} from "../core/index.ts";
import type {RobustVector} from "./rules.ts";

/**
 * Number of values of one vector that are processed at a time: all the vectors' blocks fit into the
 * processor's cache.
 */
const BLOCK_VALUES = 2048;

/** `[m, d]`: vectors that are read a block of columns at a time. */
export interface Rows {
  readonly count: number;
  /** d, the number of values of each. */
  readonly length: number;
  /** Writes the values from `first` on to the `[m, block]` arrays of `into`, as many as these hold. */
  read(first: number, into: readonly Float64Array[]): void;
}

/** A block of columns of {@link Rows}. */
export interface Block {
  readonly first: number;
  readonly size: number;
  /** `[m, size]`; overwritten by the next block. */
  readonly rows: readonly Float64Array[];
}

/** `vectors`, at least one and all of one length, as {@link Rows}. */
export function rowsOf(vectors: readonly RobustVector[]): Rows {
  return {
    count: vectors.length,
    length: at(vectors, 0).length,
    read(first, into) {
      into.forEach((row, index) => {
        row.set(at(vectors, index).subarray(first, first + row.length));
      });
    },
  };
}

/** All of `rows`, block by block in the order of the values. */
export function* blocksOf(rows: Rows): Generator<Block> {
  const values = Math.min(BLOCK_VALUES, rows.length);
  const scratch = Array.from({length: rows.count}, () => new Float64Array(values));
  for (let first = 0; first < rows.length; first += values) {
    const size = Math.min(values, rows.length - first);
    const block = size === values ? scratch : scratch.map((row) => row.subarray(0, size));
    rows.read(first, block);
    yield {first, size, rows: block};
  }
}

/** Adds `factor * row` to `into`, value by value. */
export function addScaled(into: Float64Array, row: Float64Array, factor: number): void {
  for (let index = 0; index < into.length; index++) {
    into[index] = (into[index] as number) + factor * (row[index] as number);
  }
}
