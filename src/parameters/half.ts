const LARGEST_HALF_BITS = 0x7bff;
const SATURATION_BITS = 0x477ff000;
const SMALLEST_NORMAL_BITS = 0x38800000;
const EXPONENT_SHIFT = 0x38000000;

/**
 * Returns the IEEE 754 binary16 nearest to the binary32 with the bits `single`, ties to even.
 * Finite values beyond 65504 saturate there. NaN and infinities must have been refused before.
 */
export function halfFromSingleBits(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const magnitude = single & 0x7fffffff;
  if (magnitude >= SATURATION_BITS) return sign | LARGEST_HALF_BITS;
  if (magnitude >= SMALLEST_NORMAL_BITS) {
    return sign | ((magnitude - EXPONENT_SHIFT + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return sign;
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const kept = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

function singleFromHalf(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of each of the 65536 binary16 patterns; read only. */
export const HALF_VALUES: Float32Array = Float32Array.from({length: 0x10000}, (_, half) =>
  singleFromHalf(half),
);
