import {at} from "../../core/index.ts";
/** Number of samples that a bootstrap of this room draws. */
export const BOOTSTRAP_DRAWS = 1000;

/** The quantile of ascending `values` `[n]`, n >= 1, by linear interpolation (Hyndman & Fan 1996, type 7). */
export function sortedQuantile(values: Float64Array, probability: number): number {
  const place = probability * (values.length - 1);
  const below = at(values, Math.floor(place));
  const above = at(values, Math.ceil(place));
  return below + (place - Math.floor(place)) * (above - below);
}
