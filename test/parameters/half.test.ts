import {describe, expect, it} from "vitest";
import {HALF_VALUES, halfFromSingleBits} from "../../src/parameters/half.ts";

const word = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

function singleOf(bits: number): number {
  word.setUint32(0, bits);
  return word.getFloat32(0);
}

/** The value of a finite non-negative binary16 pattern by the definition in IEEE 754-2019, 3.4. */
function referenceValue(half: number): number {
  const exponent = half >>> 10;
  const fraction = half & 0x3ff;
  return exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
}

/** The patterns among `count`, a step apart, at which two ways to compute disagree; the first few. */
function disagreements(count: number, step: number, agrees: (pattern: number) => boolean): number[] {
  const found: number[] = [];
  for (let pattern = 0; pattern < count && found.length < 5; pattern += step) {
    if (!agrees(pattern)) found.push(pattern);
  }
  return found;
}

/** Non-negative finite patterns in ascending order of their values, which is the order of the patterns. */
const FINITE_PATTERNS = 0x7c00;

/** Nearest binary16 pattern to `value` >= 0, ties to even, by search over all values; saturates. */
function referenceEncode(value: number): number {
  let low = 0;
  let high = FINITE_PATTERNS - 1;
  if (value >= referenceValue(high)) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (referenceValue(middle) <= value) low = middle;
    else high = middle;
  }
  const below = value - referenceValue(low);
  const above = referenceValue(high) - value;
  if (below === above) return low % 2 === 0 ? low : high;
  return below < above ? low : high;
}

describe("binary16", () => {
  it("reads all 65536 patterns as IEEE 754 defines them", () => {
    const wrong = disagreements(0x10000, 1, (half) => {
      const magnitude = half & 0x7fff;
      const sign = half < 0x8000 ? 1 : -1;
      if (magnitude > FINITE_PATTERNS) return Number.isNaN(HALF_VALUES[half]);
      const isInfinite = magnitude === FINITE_PATTERNS;
      return Object.is(
        HALF_VALUES[half],
        sign * (isInfinite ? Number.POSITIVE_INFINITY : referenceValue(magnitude)),
      );
    });
    expect(wrong).toEqual([]);
    expect(HALF_VALUES).toHaveLength(0x10000);
  });

  it("writes every value it can hold as itself", () => {
    const wrong = disagreements(0x10000, 1, (half) => {
      if ((half & 0x7fff) >= FINITE_PATTERNS) return true;
      return halfFromSingleBits(bitsOf(HALF_VALUES[half] ?? Number.NaN)) === half;
    });
    expect(wrong).toEqual([]);
  });

  it("rounds to the nearest, the middle between two neighbours to the even one, for all neighbours", () => {
    const wrong = disagreements(FINITE_PATTERNS - 1, 1, (half) => {
      // Eleven bits and one more fit binary32: the middle is exact there.
      const bits = bitsOf((referenceValue(half) + referenceValue(half + 1)) / 2);
      const even = half % 2 === 0 ? half : half + 1;
      return [0, 0x8000].every((sign) => {
        const at = (offset: number): number => halfFromSingleBits(((bits + offset) | (sign << 16)) >>> 0);
        return at(-1) === (sign | half) && at(0) === (sign | even) && at(1) === (sign | (half + 1));
      });
    });
    expect(wrong).toEqual([]);
  });

  it("takes everything from the middle above 65504 on, and beyond, as 65504", () => {
    for (const value of [65504, 65519.996, 65520, 65536, 1e30, 3.4028234663852886e38]) {
      expect(halfFromSingleBits(bitsOf(value)), `${value}`).toBe(0x7bff);
      expect(halfFromSingleBits(bitsOf(-value)), `${-value}`).toBe(0xfbff);
    }
  });

  it("keeps the sign of zero and of what is too small to hold", () => {
    for (const value of [0, 2 ** -149, 2 ** -126, 2 ** -25, 2 ** -26]) {
      expect(halfFromSingleBits(bitsOf(value)), `${value}`).toBe(0);
      expect(halfFromSingleBits(bitsOf(-value)), `${-value}`).toBe(0x8000);
    }
    expect(halfFromSingleBits(bitsOf(2 ** -25) + 1)).toBe(1);
  });

  it("agrees with a search over all values, across the whole range of binary32", () => {
    // A step coprime to powers of two meets every exponent with many fractions.
    const wrong = disagreements(
      0x7f800000,
      10_007,
      (bits) => halfFromSingleBits(bits) === referenceEncode(singleOf(bits)),
    );
    expect(wrong).toEqual([]);
  });
});
