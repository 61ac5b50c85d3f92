/** L2 norm of `vector`, summed in binary64. */
export function l2Norm(vector: Float32Array): number {
  let squares = 0;
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? 0;
    squares += value * value;
  }
  return Math.sqrt(squares);
}

/**
 * The factor that brings a vector of L2 norm `norm` within `bound`: min(1, bound / norm).
 * @see Abadi et al., Deep learning with differential privacy, CCS 2016, algorithm 1
 */
export function clipFactor(norm: number, bound: number): number {
  return norm > bound ? bound / norm : 1;
}
