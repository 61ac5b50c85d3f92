import {ascendingOrder, pairwiseSquared} from "./distances.ts";
import {addScaled, type Rows} from "./rows.ts";

/** Rows mixed with those nearest to them, and which those are. */
export interface MixedRows {
  readonly rows: Rows;
  /** `[m, m - f]`: the indices of the rows that row i is the mean of, ascending. */
  readonly neighbours: readonly (readonly number[])[];
}

/**
 * Nearest-neighbour mixing: y_i is the mean of the m - f rows nearest to x_i, itself among them; of rows equally near
 * those of lower index. Nothing is stored: the means are taken anew, in id order, whenever a block is read.
 * @param faulty f, in 0 .. m - 1
 * @see Allouah et al., Fixing by mixing, AISTATS 2023, algorithm 2: kappa <= 8 f / (m - f) (1 + kappa of the rule)
 */
export function mixNearest(rows: Rows, faulty: number): MixedRows {
  const neighbours = pairwiseSquared(rows).map((distances) =>
    ascendingOrder(distances)
      .slice(0, rows.count - faulty)
      .sort((a, b) => a - b),
  );
  const scratch = Array.from({length: rows.count}, () => new Float64Array(0));
  return {neighbours, rows: {...rows, read: (first, into) => readMeans(first, into)}};

  function readMeans(first: number, into: readonly Float64Array[]): void {
    const size = into[0]?.length ?? 0;
    scratch.forEach((row, index) => {
      if (row.length !== size) scratch[index] = new Float64Array(size);
    });
    rows.read(first, scratch);
    into.forEach((row, index) => {
      row.fill(0);
      const nearest = neighbours[index] ?? [];
      for (const other of nearest) addScaled(row, scratch[other] ?? row, 1);
      for (let value = 0; value < size; value++) row[value] = (row[value] ?? 0) / nearest.length;
    });
  }
}
