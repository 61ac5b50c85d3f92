/**
 * Relative distance of a site's own model, `base + update`, to the model that the members agreed on:
 * |base + update - agreed| / |agreed|, in L2 norms; null if |agreed| is 0.
 * @param base `[d]`, the round's snapshot
 * @param update `[>= d]`
 * @param agreed `[>= d]`, of which the first d are the shared parameters
 */
export function relativeDistance(
  base: Float32Array,
  update: Float32Array,
  agreed: Float32Array,
): number | null {
  let apart = 0;
  let size = 0;
  for (let index = 0; index < base.length; index++) {
    const common = agreed[index] as number;
    apart += ((base[index] as number) + (update[index] as number) - common) ** 2;
    size += common * common;
  }
  return size === 0 ? null : Math.sqrt(apart / size);
}
