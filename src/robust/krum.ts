import {ascendingOrder, pairwiseSquared} from "./distances.ts";
import {addScaled, blocksOf, type Rows} from "./rows.ts";
import {KEPT, leftOut, type RobustOutcome} from "./rules.ts";

/**
 * `[m]`, Krum's scores: the sum of the m - f - 2 least squared distances to other rows; owned by the caller.
 * @param faulty f, with m >= 2f + 3
 * @see Blanchard et al., Machine learning with adversaries, NeurIPS 2017, section 4
 */
export function krumScores(rows: Rows, faulty: number): Float64Array {
  const scores = pairwiseSquared(rows).map((distances, row) => {
    const others = distances.filter((_, other) => other !== row).sort();
    return others.subarray(0, Math.max(1, rows.count - faulty - 2)).reduce((sum, value) => sum + value, 0);
  });
  return Float64Array.from(scores);
}

/**
 * The mean, in id order, of the `best` rows with the least Krum scores; equal scores are ordered by index.
 * Krum takes the one best row, multi-Krum the m - f best.
 */
export function krum(rows: Rows, faulty: number, best: number): RobustOutcome {
  const chosen = new Set(ascendingOrder(krumScores(rows, faulty)).slice(0, best));
  const values = new Float64Array(rows.length);
  for (const {first, size, rows: block} of blocksOf(rows)) {
    const part = values.subarray(first, first + size);
    block.forEach((row, index) => {
      if (chosen.has(index)) addScaled(part, row, 1);
    });
    for (let at = 0; at < size; at++) part[at] = (part[at] as number) / chosen.size;
  }
  return {
    values,
    verdicts: Array.from({length: rows.count}, (_, row) => (chosen.has(row) ? KEPT : leftOut("outscored"))),
  };
}
