import type {Phase} from "./phase.ts";

/**
 * W x, computed as x_i + sum_j W_ij (x_j - x_i) with j ascending, so that equal values stay as they are, bit for bit.
 * @param values `[n, d]`, row by row; not changed
 * @returns `[n, d]`, the caller's
 */
export function mixValues({rows}: Phase, values: Float64Array): Float64Array {
  const width = values.length / rows.length;
  const mixed = values.slice();
  rows.forEach((row, node) => {
    for (const neighbour of row) {
      for (let column = 0; column < width; column++) {
        const own = node * width + column;
        const difference = (values[neighbour.node * width + column] ?? 0) - (values[own] ?? 0);
        mixed[own] = (mixed[own] ?? 0) + neighbour.share * difference;
      }
    }
  });
  return mixed;
}
