import {at} from "../core/index.ts";
import {ascendingOrder, pairwiseSquared} from "./distances.ts";
import {addScaled, type Rows} from "./rows.ts";

/** Rows mixed with their nearest rows, and the indices of these. */
export interface MixedRows {
  readonly rows: Rows;
  /** `[m, m - f]`: the indices of the rows whose mean row i is, ascending. */
  readonly neighbours: readonly (readonly number[])[];
}

/**
 * Nearest-neighbour mixing: y_i is the mean of the m - f rows nearest to x_i, itself among them; equally near
 * rows are ordered by index. Nothing is stored: the means are taken again, in id order, whenever a block is
 * read.
 * @param faulty f, in 0 .. m - 1
 * @see Allouah et al., Fixing by mixing, AISTATS 2023, algorithm 2: kappa <= 8 f / (m - f) (1 + kappa of the
 * rule)
 */
export function mixNearest(rows: Rows, faulty: number): MixedRows {
  const neighbours = pairwiseSquared(rows).map((distances) =>
    ascendingOrder(distances)
      .slice(0, rows.count - faulty)
      .sort((a, b) => a - b),
  );
  const names = neighbours.map((nearest) => nearest.join());
  // Rows with the same neighbours have the same mean.
  const twins = names.map((name) => names.indexOf(name));
  let scratch = allocate(rows.count, 0);
  return {
    neighbours,
    rows: {
      ...rows,
      read(first, into) {
        const size = at(into, 0).length;
        if (scratch[0]?.length !== size) scratch = allocate(rows.count, size);
        rows.read(first, scratch);
        into.forEach((row, index) => {
          const twin = at(into, at(twins, index));
          if (twin === row) meanInto(row, scratch, at(neighbours, index));
          else row.set(twin);
        });
      },
    },
  };
}

function allocate(count: number, size: number): readonly Float64Array[] {
  return Array.from({length: count}, () => new Float64Array(size));
}

function meanInto(mean: Float64Array, rows: readonly Float64Array[], chosen: readonly number[]): void {
  mean.fill(0);
  for (const index of chosen) addScaled(mean, at(rows, index), 1);
  for (let place = 0; place < mean.length; place++) mean[place] = (mean[place] as number) / chosen.length;
}
