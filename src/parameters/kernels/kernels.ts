/** How a block is rounded at random. */
export interface LevelRounding {
  /** The size of a level, above 0. */
  readonly scale: number;
  /** Key of the stream of draws. */
  readonly key: readonly [number, number];
  /** Index in the whole vector of the first value, a multiple of 4. */
  readonly first: number;
}

/**
 * The loops in which large models spend their time. Every implementation gives the same bytes: binary64 sums in the
 * order of the values, rounded once where they become binary32, and nothing fused.
 */
export interface Kernels {
  readonly name: "wasm" | "plain";
  /** into[k] = sum over i of weights[i] * vectors[i][k], in the order of i; all `[d]`. */
  weightedMean(vectors: readonly Float32Array[], weights: readonly number[], into: Float32Array): void;
  /** into += x; both `[d]`. @returns whether all of x is finite; else `into` is of no use */
  addSingles(x: Float32Array, into: Float64Array): boolean;
  /** The sum of squares: four sums side by side, of the values at 0, 1, 2 and 3 modulo 4, then s0 + s1 + (s2 + s3). */
  sumOfSquares(x: Float32Array): number;
  /** into = x * factor, rounded once; both `[d]`, and may be the same. */
  scale(x: Float32Array, factor: number, into: Float32Array): void;
  /** Writes x as binary16, saturating. @returns how many are the largest of that format */
  encodeHalves(x: Float32Array, into: Uint16Array): number;
  /** into += the binary16 numbers `halves`; both `[d]`. @returns whether all are finite; else `into` is of no use */
  addHalves(halves: Uint16Array, into: Float64Array): boolean;
  /** The largest magnitude in x, which is finite; 0 without values. */
  largestMagnitude(x: Float32Array): number;
  /** Rounds finite x to levels, each a signed byte of at most 127 in magnitude: floor(x / scale + u), all in binary32. */
  encodeLevels(x: Float32Array, rounding: LevelRounding, into: Uint8Array): void;
  /** into += levels * scale; both `[d]`. */
  addLevels(levels: Uint8Array, scale: number, into: Float64Array): void;
  /**
   * The places of the largest magnitudes in finite x, `[m]`, m at most 256: as many as `into` holds, 1 to m, ascending;
   * of equal ones the lower.
   */
  largestPlaces(x: Float32Array, into: Uint8Array): void;
}
