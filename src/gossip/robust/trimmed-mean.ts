import {blocksOf, type Rows} from "./rows.ts";
import {KEPT, leftOut, type RobustOutcome} from "./rules.ts";

/**
 * Coordinate-wise trimmed mean: of each value the f highest and the f lowest are dropped and the other m - 2f are
 * averaged, in ascending order, so that the order of the rows does not matter.
 * @param trim f, with 2f < m
 * @see Yin et al., Byzantine-robust distributed learning, ICML 2018, definition 2
 */
export function trimmedMean(rows: Rows, trim: number): RobustOutcome {
  const kept = rows.count - 2 * trim;
  const isKept = new Uint8Array(rows.count);
  const values = new Float64Array(rows.length);
  const column = new Float64Array(rows.count);
  for (const block of blocksOf(rows)) {
    for (let at = 0; at < block.size; at++) {
      for (let row = 0; row < rows.count; row++) column[row] = block.rows[row]?.[at] ?? 0;
      sortAscending(column);
      let sum = 0;
      for (let rank = trim; rank < trim + kept; rank++) sum += column[rank] ?? 0;
      values[block.first + at] = sum / kept;
      const [low, high] = [column[trim] ?? 0, column[trim + kept - 1] ?? 0];
      for (let row = 0; row < rows.count; row++) {
        const value = block.rows[row]?.[at] ?? 0;
        if (value >= low && value <= high) isKept[row] = 1;
      }
    }
  }
  return {
    values,
    verdicts: Array.from(isKept, (flag) => (flag === 1 ? KEPT : leftOut("extreme-everywhere"))),
  };
}

/** Insertion sort in place: for a few dozen values faster than the engine's. */
function sortAscending(values: Float64Array): void {
  for (let end = 1; end < values.length; end++) {
    const value = values[end] ?? 0;
    let at = end;
    for (; at > 0 && (values[at - 1] ?? 0) > value; at--) values[at] = values[at - 1] ?? 0;
    values[at] = value;
  }
}
