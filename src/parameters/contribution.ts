import {CodedError} from "../core/index.ts";
import {type Codec, singles} from "./codec.ts";

const WEIGHT_BYTES = 4;
const CHUNK_ALIGNMENT_VALUES = 256;
const ONE_CHUNK_LIMIT_BYTES = 64 * 1024;
const BLOCK_VALUES = 4096;

/**
 * A run of values of the encoded vector and where its bytes lie. The last chunk also carries the weight,
 * element d + 1 of the vector, so that weights are summed exactly like values.
 */
export interface Chunk {
  readonly firstValue: number;
  readonly values: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly hasWeight: boolean;
}

/** Size in bytes of an encoded contribution of `values` values: the values, then the weight as binary32. */
export function contributionSize(codec: Codec, values: number): number {
  return values * codec.bytesPerValue + WEIGHT_BYTES;
}

/**
 * Encodes `(p (x - ref), p)`.
 * @param values `[d]`, not changed; with a `factor` of 1, already multiplied by `weight`
 * @param weight p in (0, 1], exact in binary32, so that no codec touches it
 * @param factor what the values are multiplied by first: the product of `weight` and of what clipping leaves
 * @returns the bytes, owned by the caller, and how many values saturated
 * @see docs/wire.md, Contribution
 */
export function encodeContribution(
  codec: Codec,
  values: Float32Array,
  weight: number,
  factor = 1,
): {bytes: Uint8Array; saturated: number} {
  const bytes = new Uint8Array(contributionSize(codec, values.length));
  const scratch = new Float32Array(Math.min(BLOCK_VALUES, values.length));
  let saturated = 0;
  // Block by block: a scaled copy of a large model would cost as much as encoding it.
  for (let first = 0; first < values.length; first += BLOCK_VALUES) {
    const block = scratch.subarray(0, Math.min(BLOCK_VALUES, values.length - first));
    for (let index = 0; index < block.length; index++) block[index] = (values[first + index] ?? 0) * factor;
    const offset = first * codec.bytesPerValue;
    saturated += codec.encode(block, bytes.subarray(offset, offset + block.length * codec.bytesPerValue));
  }
  new DataView(bytes.buffer).setFloat32(bytes.length - WEIGHT_BYTES, weight, true);
  return {bytes, saturated};
}

/**
 * Cuts an encoded vector of `values` values into at most `parts` chunks of nearly equal size, at multiples of
 * 256 values, so that a block codec's blocks stay whole. A model of at most 64 KiB stays in one chunk.
 */
export function partition(codec: Codec, values: number, parts: number): Chunk[] {
  const blocks = Math.max(1, Math.ceil(values / CHUNK_ALIGNMENT_VALUES));
  const count = values * 4 <= ONE_CHUNK_LIMIT_BYTES ? 1 : Math.min(parts, blocks);
  const border = (index: number): number =>
    Math.min(values, Math.round((index * blocks) / count) * CHUNK_ALIGNMENT_VALUES);
  return Array.from({length: count}, (_, index) => {
    const firstValue = border(index);
    const hasWeight = index === count - 1;
    const length = (hasWeight ? values : border(index + 1)) - firstValue;
    return {
      firstValue,
      values: length,
      offsetBytes: firstValue * codec.bytesPerValue,
      lengthBytes: length * codec.bytesPerValue + (hasWeight ? WEIGHT_BYTES : 0),
      hasWeight,
    };
  });
}

/** The weight at the end of an encoded contribution, of its last chunk, or of a sum of such. */
export function weightOf(bytes: Uint8Array): number {
  return singles(new Uint8Array(bytes.subarray(-WEIGHT_BYTES)))[0] ?? Number.NaN;
}

/** Throws PARAMETERS_WRONG_SIZE unless `bytes` are exactly those of `chunk`. */
export function expectChunkSize(chunk: Chunk, bytes: Uint8Array): void {
  if (bytes.length !== chunk.lengthBytes) {
    throw new CodedError("PARAMETERS_WRONG_SIZE", "a chunk has not the size of its place in the vector", {
      data: {expectedBytes: chunk.lengthBytes, actualBytes: bytes.length},
    });
  }
}
