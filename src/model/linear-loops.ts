import type {Unlabelled} from "./types.ts";

/**
 * Plain loops over `outputs` weighted sums of each example's values, for models that are one such layer. At
 * their size a backend spends most of its time on call overhead. Sums are taken in f64, in the order of the
 * values or rows.
 */

/**
 * @param weights `[d, outputs]`, followed by the biases `[outputs]` unless `hasBias` is false
 * @returns `[n, outputs]`, owned by the caller
 */
export function weightedSums(
  weights: Float32Array,
  {n, d, values}: Unlabelled,
  {outputs, hasBias}: {readonly outputs: number; readonly hasBias: boolean},
): Float64Array {
  const sums = new Float64Array(n * outputs);
  const biases = hasBias ? weights.subarray(d * outputs) : new Float32Array(outputs);
  for (let row = 0; row < n; row++) {
    const first = row * outputs;
    sums.set(biases, first);
    for (let column = 0; column < d; column++) {
      const value = values[row * d + column] as number;
      const own = column * outputs;
      for (let k = 0; k < outputs; k++)
        sums[first + k] = (sums[first + k] as number) + value * (weights[own + k] as number);
    }
  }
  return sums;
}

/**
 * Writes the gradient by the weights, and by any biases, into `into`, which is as long as both together.
 * @param slopes `[n, outputs]`, the gradient by the weighted sums
 */
export function backThroughSums(
  {n, d, values}: Unlabelled,
  slopes: Float32Array,
  {outputs, hasBias}: {readonly outputs: number; readonly hasBias: boolean},
  into: Float32Array,
): void {
  const sums = new Float64Array(outputs);
  const last = hasBias ? d : d - 1;
  for (let column = 0; column <= last; column++) {
    sums.fill(0);
    for (let row = 0; row < n; row++) {
      // The bias is the weight of a value that is 1 in all rows.
      const value = column === d ? 1 : (values[row * d + column] as number);
      const first = row * outputs;
      for (let k = 0; k < outputs; k++) sums[k] = (sums[k] as number) + (slopes[first + k] as number) * value;
    }
    into.set(sums, column * outputs);
  }
}
