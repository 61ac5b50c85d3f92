/** The outer optimiser of a plan. */
export interface OuterOptimizer {
  /** Above 0; 1 with momentum 0 is plain averaging. */
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
}

/**
 * The parameters after a round whose mean is taken for a gradient: D = z - mean, v' = momentum v + D and
 * z' = z - learningRate (momentum v' + D). Every member computes it from the same bytes to the same bytes.
 * @param reference `[m]`: the parameters z, `[size]`, then the velocity v, `[size]`, then what is carried along; not changed
 * @param mixed `[m]`: the mean of the members' parameters in its first `size` values
 * @returns a new vector `[m]`, laid out as `reference`
 * @see Reddi et al., Adaptive federated optimization, ICLR 2021, algorithm 1 (server momentum), with Nesterov's step as in
 * Douillard et al., DiLoCo, 2023, section 2
 */
export function outerStep(
  reference: Float32Array,
  mixed: Float32Array,
  {size, learningRate, momentum}: OuterOptimizer & {readonly size: number},
): Float32Array {
  const result = reference.slice();
  for (let index = 0; index < size; index++) {
    const before = reference[index] ?? 0;
    const gradient = before - (mixed[index] ?? 0);
    const velocity = Math.fround(momentum * (reference[size + index] ?? 0) + gradient);
    result[index] = before - learningRate * (momentum * velocity + gradient);
    result[size + index] = velocity;
  }
  return result;
}
