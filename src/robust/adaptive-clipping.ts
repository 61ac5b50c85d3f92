import {clipFactors} from "./centred-clipping.ts";
import {largest, normsOf} from "./distances.ts";
import type {Rows} from "./rows.ts";

/** Rows with the factors by which the longest are shortened. */
export interface ShortenedRows {
  readonly rows: Rows;
  /** `[m]`, in (0, 1]: the factor of each row. */
  readonly factors: Float64Array;
}

/**
 * Adaptive clipping: shortens the k = floor(2 f (m - f) / m) longest rows to the L2 norm of the next, which
 * takes from length alone any more pull than an honest row has. Nothing is stored: rows are multiplied
 * whenever a block is read.
 * @param faulty f, with 2f < m: the norm that bounds all is then at most that of an honest row
 * @see Allouah et al., Adaptive gradient clipping for robust federated learning, ICLR 2025, algorithm 2
 */
export function clipLongest(rows: Rows, faulty: number): ShortenedRows {
  const norms = normsOf(rows);
  const clipped = Math.floor((2 * faulty * (rows.count - faulty)) / rows.count);
  const factors = clipFactors(norms, largest(norms, clipped + 1));
  return {
    factors,
    rows: {
      ...rows,
      read(first, into) {
        rows.read(first, into);
        into.forEach((row, index) => {
          const factor = factors[index] as number;
          if (factor === 1) return;
          for (let at = 0; at < row.length; at++) row[at] = factor * (row[at] as number);
        });
      },
    },
  };
}
