import {blocksOf, type Rows} from "./rows.ts";
import {KEPT, leftOut, type RobustOutcome} from "./rules.ts";

/** One value of each row, and the same values in ascending order. */
interface Column {
  readonly values: Float64Array;
  readonly sorted: Float64Array;
}

/**
 * Coordinate-wise trimmed mean: drops the f highest and the f lowest of the m values at each position and
 * averages the other m - 2f. It averages in ascending order, which makes the result independent of the order
 * of the rows.
 * @param trim f, with 2f < m
 * @see Yin et al., Byzantine-robust distributed learning, ICML 2018, definition 2
 */
export function trimmedMean(rows: Rows, trim: number): RobustOutcome {
  const isKept = new Uint8Array(rows.count);
  const values = new Float64Array(rows.length);
  const column: Column = {values: new Float64Array(rows.count), sorted: new Float64Array(rows.count)};
  for (const block of blocksOf(rows)) {
    for (let at = 0; at < block.size; at++) {
      for (let row = 0; row < rows.count; row++) column.values[row] = block.rows[row]?.[at] as number;
      values[block.first + at] = meanOfMiddle(column, trim, isKept);
    }
  }
  return {
    values,
    verdicts: Array.from(isKept, (flag) => (flag === 1 ? KEPT : leftOut("extreme-everywhere"))),
  };
}

/** The mean of a column without its `trim` ends; marks in `isKept` the rows whose values count. */
function meanOfMiddle({values, sorted}: Column, trim: number, isKept: Uint8Array): number {
  const end = values.length - trim;
  let sum = 0;
  sortInto(sorted, values);
  for (let rank = trim; rank < end; rank++) sum += sorted[rank] as number;
  const [low, high] = [sorted[trim] as number, sorted[end - 1] as number];
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value >= low && value <= high) isKept[row] = 1;
  }
  return sum / (end - trim);
}

/** Insertion sort, which is faster than the engine's for a few dozen values. */
function sortInto(sorted: Float64Array, values: Float64Array): void {
  for (let end = 0; end < values.length; end++) {
    const value = values[end] as number;
    let at = end;
    for (; at > 0 && (sorted[at - 1] as number) > value; at--) sorted[at] = sorted[at - 1] as number;
    sorted[at] = value;
  }
}
