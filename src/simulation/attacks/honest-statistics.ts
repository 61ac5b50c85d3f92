import {at} from "../../core/index.ts";
import type {Update} from "./attacks.ts";

/** Computes `[d]`, the mean of the honest updates; owned by the caller. */
export function honestMean(honest: readonly Update[]): Float64Array {
  const mean = new Float64Array(at(honest, 0).length);
  for (const update of honest) {
    for (let index = 0; index < mean.length; index++)
      mean[index] = (mean[index] as number) + (update[index] as number);
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
      squares[index] =
        (squares[index] as number) + ((update[index] as number) - (mean[index] as number)) ** 2;
    }
  }
  return squares.map((sum) => Math.sqrt(sum / honest.length));
}
