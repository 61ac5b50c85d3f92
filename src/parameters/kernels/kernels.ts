/** Parameters for rounding a block at random. */
export interface LevelRounding {
  /** The size of a level, above 0. */
  readonly scale: number;
  /** Key of the stream of draws. */
  readonly key: readonly [number, number];
  /** Index in the whole vector of the first value, a multiple of 4. */
  readonly first: number;
}

/**
 * Number of values that pass through the kernels' own memory at once: few enough to stay in a core's own
 * cache.
 */
export const STRIDE_VALUES = 4096;

/**
 * Memory for one stride of values, which the kernels reach without a copy. It keeps nothing between calls of
 * this room. A function that uses it must not call another that might use it meanwhile.
 */
export interface Scratch {
  /** `[STRIDE_VALUES]`. */
  readonly singles: Float32Array;
  /** `[STRIDE_VALUES]` each. */
  readonly doubles: readonly [Float64Array, Float64Array, Float64Array];
}

/**
 * The loops in which large models spend their time. Every implementation gives the same bytes: binary64 sums
 * in the order of the values, rounded once when they become binary32, and no fused operations.
 */
export interface Kernels {
  readonly name: "wasm" | "plain";
  readonly scratch: Scratch;
  /** into[k] = sum over i of weights[i] * vectors[i][k], in the order of i; all `[d]`. */
  weightedMean(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): void;
  /** into += x; both `[d]`. @returns whether all of x is finite; if not, `into` is unusable */
  addSingles(x: Float32Array, into: Float64Array): boolean;
  /** values += share * (theirs - own); all `[d]`. @returns whether all results are finite */
  mix(values: Float64Array, own: Float64Array, theirs: Float64Array, share: number): boolean;
  /** Tells whether no magnitude in x is above `bound`; false if one is NaN. */
  isWithin(x: Float64Array, bound: number): boolean;
  /** into = x, rounded to binary32; both `[d]`. */
  round(x: Float64Array, into: Float32Array): void;
  /**
   * Sum of squares: four sums side by side, of the values at 0, 1, 2 and 3 modulo 4, then s0 + s1 + (s2 +
   * s3).
   */
  sumOfSquares(x: Float32Array): number;
  /** into = x * factor, rounded once; both `[d]`, possibly the same array. */
  scale(x: Float32Array, factor: number, into: Float32Array): void;
  /** Writes x as binary16, saturating. @returns how many are the largest of that format */
  encodeHalves(x: Float32Array, into: Uint16Array): number;
  /**
   * into += the binary16 numbers `halves`; both `[d]`.
   * @returns whether all are finite; if not, `into` is unusable
   */
  addHalves(halves: Uint16Array, into: Float64Array): boolean;
  /**
   * into = the binary16 numbers `halves`, -0 as 0; both `[d]`.
   * @returns whether all are finite; if not, `into` is unusable
   */
  decodeHalves(halves: Uint16Array, into: Float64Array): boolean;
  /**
   * Largest of the binary16 numbers without their signs, as its bits; 0 without any. NaN is above all others.
   */
  largestHalf(halves: Uint16Array): number;
  /** Largest magnitude in x; 0 without values, NaN if one is NaN. */
  largestMagnitude(x: Float32Array): number;
  /**
   * Rounds finite x to levels, each a signed byte of at most 127 in magnitude: floor(x / scale + u), all in
   * binary32.
   */
  encodeLevels(x: Float32Array, rounding: LevelRounding, into: Uint8Array): void;
  /** into += levels * scale; both `[d]`. */
  addLevels(levels: Uint8Array, scale: number, into: Float64Array): void;
  /**
   * Places of the largest magnitudes in finite x, `[m]`, m at most 256: as many as `into` holds, 1 to m,
   * ascending. Of equal magnitudes the lower place counts.
   */
  largestPlaces(x: Float32Array, into: Uint8Array): void;
}
