/** Number of samples that a bootstrap of this room draws. */
export const BOOTSTRAP_DRAWS = 1000;

/** The quantile of ascending `values` by linear interpolation (Hyndman & Fan 1996, type 7). */
export function sortedQuantile(values: Float64Array, probability: number): number {
  const place = probability * (values.length - 1);
  const below = values[Math.floor(place)] ?? 0;
  const above = values[Math.ceil(place)] ?? 0;
  return below + (place - Math.floor(place)) * (above - below);
}
