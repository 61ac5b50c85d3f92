import {CodedError} from "../core/index.ts";
import {BLOCK_VALUES, type Codec, type Dither, NO_DITHER, singles} from "./codecs/codec.ts";
import {codecOf} from "./codecs/codec-of.ts";
import {STRIDE_VALUES} from "./kernels/kernels.ts";
import {kernels} from "./kernels/selection.ts";

const EXACT_BYTES = 4;
const ONE_CHUNK_LIMIT_BYTES = 64 * 1024;

/** A run of bytes. */
export interface Span {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/** Bounds of each value of a contribution after division by the weight; both `[d]`. */
export interface ValueRange {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * A run of values of the encoded vector and the position of its bytes in a contribution and in the sum, whose
 * codecs may differ. The last chunk also carries the exact numbers behind the values, which are summed like
 * values.
 */
export interface Chunk extends Span {
  readonly firstValue: number;
  readonly values: number;
  readonly sum: Span;
  /** Number of exact numbers at its end: 0 for all chunks but the last. */
  readonly exact: number;
  /** Largest weight of a part; default: 1. */
  readonly maximumWeight?: number;
  /**
   * Bounds of its values. Only for a chunk that is the whole vector, because only there the weight is at
   * hand.
   */
  readonly range?: ValueRange;
  /** Largest L2 norm of a whole contribution's values divided by its weight, before encoding; default: any. */
  readonly clipNorm?: number;
}

/** Size in bytes of `values` encoded values, followed by `exact` numbers in binary32, the weight last. */
export function contributionSize(codec: Codec, values: number, exact = 1): number {
  return codec.sizeOf(values) + EXACT_BYTES * exact;
}

/** Options for writing a contribution. */
export interface ContributionEncoding {
  /** Factor applied to the values first: the weight times the scale that clipping leaves. */
  readonly factor?: number;
  readonly dither?: Dither;
}

/** Values to encode: their number, and blocks of them that may lie in the scratch memory. */
export interface EncodedValues {
  readonly count: number;
  block(first: number, length: number): Float32Array;
}

/** Encodes `values` block by block: a copy of a large model would cost as much as encoding it. */
export function encodeBlocks(
  codec: Codec,
  {count, block}: EncodedValues,
  exact: readonly number[],
  dither: Dither,
): {bytes: Uint8Array; saturated: number} {
  const bytes = new Uint8Array(contributionSize(codec, count, exact.length));
  let saturated = 0;
  for (let first = 0; first < count; first += STRIDE_VALUES) {
    const length = Math.min(STRIDE_VALUES, count - first);
    const target = bytes.subarray(codec.sizeOf(first), codec.sizeOf(first) + codec.sizeOf(length));
    saturated += codec.encode(block(first, length), target, {key: dither.key, first: dither.first + first});
  }
  writeExact(bytes, exact);
  return {bytes, saturated};
}

/**
 * Encodes `(p (x - ref), ..., p)`.
 * @param values `[d]`, not changed; with a factor of 1, already multiplied by the weight
 * @param exact numbers behind the values, exact in binary32, which no codec touches; the last is the weight p
 * @returns the bytes, owned by the caller, and how many values saturated
 * @see docs/wire.md, Contribution
 */
export function encodeContribution(
  codec: Codec,
  values: Float32Array,
  exact: readonly number[],
  {factor = 1, dither = NO_DITHER}: ContributionEncoding = {},
): {bytes: Uint8Array; saturated: number} {
  const block = (first: number, length: number): Float32Array => {
    const own = values.subarray(first, first + length);
    if (factor === 1) return own;
    const scaled = kernels.scratch.singles.subarray(0, length);
    kernels.scale(own, factor, scaled);
    return scaled;
  };
  return encodeBlocks(codec, {count: values.length, block}, exact, dither);
}

/** Writes `exact` to the end of `bytes`. */
function writeExact(bytes: Uint8Array, exact: readonly number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  exact.forEach((value, index) => {
    view.setFloat32(bytes.length - EXACT_BYTES * (exact.length - index), value, true);
  });
}

/** Returns the last `count` numbers of an encoded contribution, of its last chunk, or of a sum of these. */
export function exactOf(bytes: Uint8Array, count: number): Float32Array {
  return singles(new Uint8Array(bytes.subarray(bytes.length - EXACT_BYTES * count)));
}

/**
 * Returns the weight at the end of an encoded contribution, of its last chunk, or of a sum of these; NaN if
 * the bytes, which may be foreign, are too few for one.
 */
export function weightOf(bytes: Uint8Array): number {
  return exactOf(bytes, 1)[0] ?? Number.NaN;
}

/**
 * Cuts an encoded vector of `values` values into at most `parts` chunks of nearly equal size. The cuts are at
 * multiples of 256 values, so the blocks of a block codec stay whole. A model of at most 64 KiB stays in one
 * chunk.
 */
export function partition(codec: Codec, values: number, parts: number, exact = 1): Chunk[] {
  const sums = codecOf(codec.sums);
  const blocks = Math.max(1, Math.ceil(values / BLOCK_VALUES));
  const count = values * 4 <= ONE_CHUNK_LIMIT_BYTES ? 1 : Math.min(parts, blocks);
  const border = (index: number): number =>
    Math.min(values, Math.round((index * blocks) / count) * BLOCK_VALUES);
  return Array.from({length: count}, (_, index) => {
    const firstValue = border(index);
    const isLast = index === count - 1;
    const length = (isLast ? values : border(index + 1)) - firstValue;
    const exactHere = isLast ? exact : 0;
    const spanOf = (of: Codec): Span => ({
      offsetBytes: of.sizeOf(firstValue),
      lengthBytes: contributionSize(of, length, exactHere),
    });
    return {firstValue, values: length, ...spanOf(codec), sum: spanOf(sums), exact: exactHere};
  });
}

/** Throws PARAMETERS_WRONG_SIZE unless `bytes` are as long as `span`. */
export function expectSize({lengthBytes}: Span, bytes: Uint8Array): void {
  if (bytes.length !== lengthBytes) {
    throw new CodedError("PARAMETERS_WRONG_SIZE", "a chunk has not the size of its place in the vector", {
      data: {expectedBytes: lengthBytes, actualBytes: bytes.length},
    });
  }
}
