import {CodedError, type Random} from "../../core/index.ts";

/** Names of the codecs a plan can choose. */
export type CodecName = "f32" | "fp16" | "int8" | "sign" | "top10" | "top1";

/** Values that a block codec writes together; every codec can be cut at multiples of it. */
export const BLOCK_VALUES = 256;

/**
 * The key of a counter-based stream that decides stochastic rounding: the draw of the value at index `v` of a vector
 * is a function of `key` and `v` alone, so whoever has the key writes the same bytes.
 */
export interface Dither {
  /** Two unsigned 32-bit words. */
  readonly key: readonly [number, number];
  /** Index in the whole vector of the first value given; a multiple of {@link BLOCK_VALUES}. */
  readonly first: number;
}

/** For codecs that round one way only. */
export const NO_DITHER: Dither = {key: [0, 0], first: 0};

/** The {@link Dither} of a whole vector, drawn from `random`. */
export function drawDither(random: Random): Dither {
  return {key: [random.uint32(), random.uint32()], first: 0};
}

/** How a run of parameters is written as bytes, little-endian, the same on every machine. */
export interface Codec {
  readonly name: CodecName;
  /** The codec in which sums of what this one wrote travel: itself, unless it keeps only some of the values. */
  readonly sums: CodecName;
  /** Whether it leaves values out or signs only, so that what is left must be remembered and sent later. */
  readonly isSparse: boolean;
  /** Whether it rounds by draws, so that what it writes depends on the {@link Dither}. */
  readonly isStochastic: boolean;
  /** Bytes of `values` values from a multiple of {@link BLOCK_VALUES} on. */
  sizeOf(values: number): number;
  /**
   * Writes `values` to `into`, whose length is `sizeOf(values.length)`.
   * @param values finite; not changed
   * @returns how many values were too large for the format and saturated
   */
  encode(values: Float32Array, into: Uint8Array, dither: Dither): number;
  /**
   * Adds the values that start at index `first` of `encoded` to `into`, as many as `into` holds.
   * @param first a multiple of {@link BLOCK_VALUES}, or any index for a codec without blocks
   * @param into ends at a multiple of it or at the end of what was encoded
   * @throws PARAMETERS_NOT_FINITE
   */
  accumulate(encoded: Uint8Array, first: number, into: Float64Array): void;
  /** {@link accumulate} on zeros, whatever `into` holds; where a codec has a shorter way than that. */
  decode?(encoded: Uint8Array, first: number, into: Float64Array): void;
  /**
   * The largest magnitude among the first `values` values of `encoded`, NaN or infinite where one is; where that is to
   * be had without decoding them.
   */
  largest?(encoded: Uint8Array, values: number): number;
}

/** Throws PARAMETERS_NOT_FINITE unless `sum`, of each value less itself, is 0. */
export function refuseNotFinite(sum: number): void {
  if (!Number.isFinite(sum)) throw new CodedError("PARAMETERS_NOT_FINITE", "a value is NaN or infinite");
}

/** Throws PARAMETERS_WRONG_SIZE where `encoded` ends before `endBytes`. */
export function refuseShort(encoded: Uint8Array, endBytes: number): void {
  if (encoded.length >= endBytes) return;
  throw new CodedError("PARAMETERS_WRONG_SIZE", "encoded values end too early");
}

/** A view of `bytes` as 16-bit words, copied only where they are not aligned. */
export function words16(bytes: Uint8Array): Uint16Array {
  // Not `slice`, which copies nothing where the bytes are a Buffer.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 1);
}

/** A view of `bytes` as binary32 numbers, copied only where they are not aligned. */
export function singles(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}
