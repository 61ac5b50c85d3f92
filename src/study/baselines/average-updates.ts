/** One site's vector and its share p = n / N0. */
export interface Weighted {
  readonly vector: Float32Array;
  readonly share: number;
}

/**
 * Computes reference + sum of p_i (x_i - reference) / sum of p_i: federated averaging in the form of updates
 * (Reddi et al., Adaptive federated optimization, ICLR 2021, with SGD of rate 1). Sums are taken in f64.
 * Values that the daemons send as f32 are rounded to f32 here too, so the two can be compared even if
 * training lets rounding errors grow.
 */
export function averageUpdates(reference: Float32Array, parts: readonly Weighted[]): Float32Array {
  const total = parts.reduce((sum, {share}) => sum + share, 0);
  return reference.map((start, index) => {
    let sum = 0;
    for (const {vector, share} of parts) {
      sum += Math.fround(Math.fround((vector[index] as number) - start) * share);
    }
    return start + Math.fround(sum) / total;
  });
}
