import {mixValues} from "./mixing.ts";
import type {Phase} from "./phase.ts";

/** Below this a Krylov space of an operator of norm at most 1 is used up. */
const EXHAUSTED = 1e-11;

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

function subtract(from: Float64Array, vector: Float64Array, factor: number): void {
  for (let index = 0; index < from.length; index++) {
    from[index] = (from[index] ?? 0) - factor * (vector[index] ?? 0);
  }
}

/** x less its mean. */
function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** W^T x. */
function mixTransposed({rows}: Phase, values: Float64Array): Float64Array {
  const mixed = values.slice();
  rows.forEach((row, node) => {
    for (const {node: other, share} of row) {
      const moved = share * (values[node] ?? 0);
      mixed[other] = (mixed[other] ?? 0) + moved;
      mixed[node] = (mixed[node] ?? 0) - moved;
    }
  });
  return mixed;
}

/** How many eigenvalues of the tridiagonal matrix lie above `value` (Sturm). */
function countAbove(diagonal: readonly number[], beside: readonly number[], value: number): number {
  let pivot = 1;
  let count = 0;
  diagonal.forEach((entry, index) => {
    const coupling = index === 0 ? 0 : (beside[index - 1] ?? 0);
    pivot = entry - value - (coupling * coupling) / (pivot === 0 ? Number.EPSILON : pivot);
    if (pivot > 0) count += 1;
  });
  return count;
}

function largestEigenvalue(diagonal: readonly number[], beside: readonly number[]): number {
  let low = 0;
  let high = 2;
  for (let middle = 1; middle > low && middle < high; middle = (low + high) / 2) {
    if (countAbove(diagonal, beside, middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * ||W_m .. W_1 - J||_2, the factor by which a period of `phases` brings the distance to the mean down at least; 0 to
 * rounding if they are exact. The largest singular value, by Lanczos on the operator times its transpose with full
 * reorthogonalisation until the Krylov space is used up: to about 1e-12, O(n^3) at worst, meant for n <= 1000.
 * @param phases of n members each; each product with J must be J, which holds for every schedule's whole period
 * @param start `[n]`, a vector with a part in every direction, such as normal draws
 * @see Golub and Van Loan, Matrix computations, sections 10.1 and 8.4.1
 */
export function contraction(phases: readonly Phase[], start: Float64Array): number {
  const operator = (values: Float64Array): Float64Array => {
    const mixed = phases.reduce((state, phase) => mixValues(phase, state), centred(values));
    return centred(phases.reduceRight((state, phase) => mixTransposed(phase, state), centred(mixed)));
  };
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let residual = centred(start);
  let norm = Math.sqrt(dot(residual, residual));
  while (norm > EXHAUSTED && basis.length < start.length) {
    if (basis.length > 0) beside.push(norm);
    const length = norm;
    const vector = residual.map((value) => value / length);
    basis.push(vector);
    residual = operator(vector);
    diagonal.push(dot(residual, vector));
    // Twice is enough: the second pass takes away what rounding left of the first.
    for (let pass = 0; pass < 2; pass++) {
      for (const earlier of basis) subtract(residual, earlier, dot(residual, earlier));
    }
    norm = Math.sqrt(dot(residual, residual));
  }
  return Math.sqrt(largestEigenvalue(diagonal, beside));
}

/**
 * How many periods bring the distance to the mean down to `epsilon` of what it was, by the bound `factor` each;
 * Infinity if it need not fall.
 * @param factor a {@link contraction}, in [0, 1]
 * @param epsilon in (0, 1)
 */
export function periodsTo(epsilon: number, factor: number): number {
  return factor >= 1
    ? Number.POSITIVE_INFINITY
    : Math.max(1, Math.ceil(Math.log(epsilon) / Math.log(factor)));
}
