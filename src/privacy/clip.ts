import {kernels} from "../parameters/index.ts";

/** L2 norm of `vector`, summed in binary64. */
export function l2Norm(vector: Float32Array): number {
  return Math.sqrt(kernels.sumOfSquares(vector));
}

/**
 * The factor that brings a vector of L2 norm `norm` within `bound`: min(1, bound / norm).
 * @see Abadi et al., Deep learning with differential privacy, CCS 2016, algorithm 1
 */
export function clipFactor(norm: number, bound: number): number {
  return norm > bound ? bound / norm : 1;
}
