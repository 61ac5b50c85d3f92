import {at} from "../core/index.ts";
import type {Phase} from "./phase.ts";

const MAX_ITERATIONS = 2_000_000;
const TOLERANCE = 1e-13;
/** Square of a length of 1 that consists of rounding alone. */
const VANISHED = 1e-28;

/** One phase of plain averaging: W x. @returns a new vector `[n]` */
export function average({rows}: Phase, x: Float64Array): Float64Array {
  return x.map((own, node) =>
    at(rows, node).reduce((sum, {node: other, share}) => sum + share * ((x[other] as number) - own), own),
  );
}

/** The transposed phase. */
function transposed({rows}: Phase): Phase {
  const turned: {node: number; share: number}[][] = rows.map(() => []);
  rows.forEach((row, node) => {
    for (const {node: other, share} of row) at(turned, other).push({node, share});
  });
  return {rows: turned};
}

function normalise(x: Float64Array): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const centred = x.map((value) => value - mean);
  const norm = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return centred.map((value) => value / norm);
}

/**
 * The factor by which one phase shrinks the distance from the mean in the worst case, ||W - J||_2, by power
 * iteration on W^T W orthogonally to the ones. For a symmetric graph, 1 minus the factor is the spectral gap.
 * @param start `[n]`, not constant; a vector with a part in the slowest direction
 */
export function contraction(phase: Phase, start: Float64Array): number {
  const back = transposed(phase);
  let x = normalise(start);
  let before = 0;
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const forward = average(phase, x);
    const square = forward.reduce((sum, value) => sum + value * value, 0);
    if (square < VANISHED) return 0;
    x = normalise(average(back, forward));
    if (Math.abs(square - before) < TOLERANCE * square && iteration > x.length) return Math.sqrt(square);
    before = square;
  }
  return Math.sqrt(before);
}

/** The least number of phases that shrink the distance from the mean to `epsilon` times its first value. */
export function phasesTo(epsilon: number, factor: number): number {
  if (factor <= 0) return 1;
  return factor >= 1 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(epsilon) / Math.log(factor) - 1e-9);
}
