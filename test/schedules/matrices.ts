import type {Phase} from "../../src/schedules/phase.ts";
import {average} from "../../src/schedules/spectral.ts";

/** The dense matrix of a phase: W as rows. */
export function matrixOf({rows}: Phase): number[][] {
  return rows.map((row, node) => {
    const dense = rows.map(() => 0);
    dense[node] = 1;
    for (const {node: other, share} of row) {
      dense[other] = (dense[other] ?? 0) + share;
      dense[node] = (dense[node] ?? 0) - share;
    }
    return dense;
  });
}

/** `x` after all of `phases`. */
export function after(phases: readonly Phase[], x: ArrayLike<number>): Float64Array {
  let state: Float64Array = Float64Array.from(x);
  for (const phase of phases) state = average(phase, state);
  return state;
}

/** Root mean square distance of `x` from its mean. */
export function spread(x: ArrayLike<number>): number {
  const values = Array.from(x);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
