import type {Update} from "./attacks.ts";

/** Computes `[d]`, the mean of the honest updates; owned by the caller. */
export function honestMean(honest: readonly Update[]): Float64Array {
  const mean = new Float64Array(honest[0]?.length ?? 0);
  for (const update of honest) {
    for (let index = 0; index < mean.length; index++) mean[index] = (mean[index] ?? 0) + (update[index] ?? 0);
  }
  return mean.map((sum) => sum / honest.length);
}

/**
 * Computes `[d]`, the standard deviations of the honest updates about `mean` (divided by their number); owned
 * by the caller.
 */
export function honestDeviation(honest: readonly Update[], mean: Float64Array): Float64Array {
  const squares = new Float64Array(mean.length);
  for (const update of honest) {
    for (let index = 0; index < mean.length; index++) {
      squares[index] = (squares[index] ?? 0) + ((update[index] ?? 0) - (mean[index] ?? 0)) ** 2;
    }
  }
  return squares.map((sum) => Math.sqrt(sum / honest.length));
}
