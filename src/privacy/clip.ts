/** L2 norm of `vector`, summed in binary64. */
export function l2Norm(vector: Float32Array): number {
  const aligned = vector.length - (vector.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  // Four sums side by side: one alone would wait for each addition to end before the next.
  for (let index = 0; index < aligned; index += 4) {
    s0 += (vector[index] ?? 0) ** 2;
    s1 += (vector[index + 1] ?? 0) ** 2;
    s2 += (vector[index + 2] ?? 0) ** 2;
    s3 += (vector[index + 3] ?? 0) ** 2;
  }
  for (let index = aligned; index < vector.length; index++) s0 += (vector[index] ?? 0) ** 2;
  return Math.sqrt(s0 + s1 + (s2 + s3));
}

/**
 * The factor that brings a vector of L2 norm `norm` within `bound`: min(1, bound / norm).
 * @see Abadi et al., Deep learning with differential privacy, CCS 2016, algorithm 1
 */
export function clipFactor(norm: number, bound: number): number {
  return norm > bound ? bound / norm : 1;
}
