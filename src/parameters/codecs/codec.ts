import {CodedError, type Random} from "../../core/index.ts";

/** Names of the codecs a plan can choose. */
export type CodecName = "f32" | "fp16" | "int8" | "sign" | "top10" | "top1";

/** Number of values that a block codec writes together. Every codec can be cut at multiples of it. */
export const BLOCK_VALUES = 256;

/**
 * The key of a counter-based stream that decides stochastic rounding. The draw of the value at index `v` of a
 * vector is a function of `key` and `v` alone, so anyone with the key writes the same bytes.
 */
export interface Dither {
  /** Two unsigned 32-bit words. */
  readonly key: readonly [number, number];
  /** Index in the whole vector of the first value given; a multiple of {@link BLOCK_VALUES}. */
  readonly first: number;
}

/** The dither of codecs that round deterministically. */
export const NO_DITHER: Dither = {key: [0, 0], first: 0};

/** Draws the {@link Dither} of a whole vector from `random`. */
export function drawDither(random: Random): Dither {
  return {key: [random.uint32(), random.uint32()], first: 0};
}

/** Writes a run of parameters as bytes, little-endian, the same on every machine. */
export interface Codec {
  readonly name: CodecName;
  /** The codec for sums of values that this one wrote: itself, unless it keeps only some of the values. */
  readonly sums: CodecName;
  /** True if it leaves values out or keeps only signs. The rest must then be remembered and sent later. */
  readonly isSparse: boolean;
  /** True if it rounds by draws; its output then depends on the {@link Dither}. */
  readonly isStochastic: boolean;
  /** Size in bytes of `values` values from a multiple of {@link BLOCK_VALUES} on. */
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
  /**
   * Does {@link accumulate} on zeros, whatever `into` holds. Present if a codec has a shorter way than that.
   */
  decode?(encoded: Uint8Array, first: number, into: Float64Array): void;
  /**
   * Largest magnitude among the first `values` values of `encoded`, or NaN or infinite if one is. Present if
   * it can be found without decoding them.
   */
  largest?(encoded: Uint8Array, values: number): number;
}

/** Throws PARAMETERS_NOT_FINITE unless `sum`, the sum of each value minus itself, is 0. */
export function refuseNotFinite(sum: number): void {
  if (!Number.isFinite(sum)) throw new CodedError("PARAMETERS_NOT_FINITE", "a value is NaN or infinite");
}

/** Throws PARAMETERS_WRONG_SIZE if `encoded` ends before `endBytes`. */
export function refuseShort(encoded: Uint8Array, endBytes: number): void {
  if (encoded.length >= endBytes) return;
  throw new CodedError("PARAMETERS_WRONG_SIZE", "encoded values end too early");
}

/** Views `bytes` as 16-bit words. They are copied only if they are not aligned. */
export function words16(bytes: Uint8Array): Uint16Array {
  // Not `slice`, which copies nothing if the bytes are a Buffer.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 1);
}

/** Views `bytes` as binary32 numbers. They are copied only if they are not aligned. */
export function singles(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}
