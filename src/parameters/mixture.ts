import {CodedError, type Hash, toHex} from "../core/index.ts";
import {type Codec, refuseNotFinite} from "./codec.ts";
import {type Chunk, expectChunkSize, weightOf} from "./contribution.ts";

const BLOCK_VALUES = 4096;

declare const mixtureBrand: unique symbol;

/** The sum of several members' contributions to one chunk, encoded; made only by {@link sumChunk}. */
export interface Mixture {
  readonly [mixtureBrand]: true;
  /** Lower-case hexadecimal SHA-256 of `bytes`. */
  readonly hash: string;
  /** Not to be changed. */
  readonly bytes: Uint8Array;
}

function summedWeight(parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) {
    const weight = weightOf(part);
    if (!(weight > 0 && weight <= 1)) {
      throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the weight of a contribution is not in (0, 1]");
    }
    total += weight;
  }
  return total;
}

/**
 * Checks one member's bytes for `chunk` before they take part in a sum.
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT
 */
export function checkContribution(codec: Codec, chunk: Chunk, part: Uint8Array): void {
  expectChunkSize(chunk, part);
  const scratch = new Float64Array(Math.min(BLOCK_VALUES, chunk.values));
  for (let first = 0; first < chunk.values; first += scratch.length) {
    codec.accumulate(part, first, scratch.subarray(0, Math.min(scratch.length, chunk.values - first)));
  }
  if (chunk.hasWeight) summedWeight([part]);
}

/**
 * Sums the decoded contributions to one chunk in the order given (the members' id order), with binary64
 * accumulators, and encodes the sum: s = sum of p_i (x_i - ref), w = sum of p_i.
 * @param parts every contributor's bytes of this chunk, checked by {@link checkContribution}
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_NOT_FINITE, PARAMETERS_WRONG_WEIGHT
 */
export function sumChunk(hash: Hash, codec: Codec, chunk: Chunk, parts: readonly Uint8Array[]): Mixture {
  for (const part of parts) expectChunkSize(chunk, part);
  const bytes = new Uint8Array(chunk.lengthBytes);
  const sums = new Float64Array(Math.min(BLOCK_VALUES, chunk.values));
  const rounded = new Float32Array(sums.length);
  for (let first = 0; first < chunk.values; first += BLOCK_VALUES) {
    const length = Math.min(BLOCK_VALUES, chunk.values - first);
    const block = sums.subarray(0, length);
    block.fill(0);
    for (const part of parts) codec.accumulate(part, first, block);
    rounded.set(block);
    const offset = first * codec.bytesPerValue;
    codec.encode(rounded.subarray(0, length), bytes.subarray(offset, offset + length * codec.bytesPerValue));
  }
  if (chunk.hasWeight) new DataView(bytes.buffer).setFloat32(bytes.length - 4, summedWeight(parts), true);
  // The brand exists for the compiler only: this function is its one maker.
  return {hash: toHex(hash(bytes)), bytes} as Mixture;
}

/**
 * The parameters after a round: `ref + s / w` for the first `mixed` values, the others as they were.
 * @param reference `[m]`, the snapshot the round began from; not changed
 * @param mixed how many leading values of the snapshot were mixed
 * @param encodedSum the assembled sums of all chunks, weight included
 * @returns a new vector `[m]`, the same bytes on every machine
 * @throws PARAMETERS_WRONG_WEIGHT, PARAMETERS_NOT_FINITE
 */
export function applyMixture(
  codec: Codec,
  reference: Float32Array,
  mixed: number,
  encodedSum: Uint8Array,
): Float32Array {
  const weight = weightOf(encodedSum);
  if (!(weight > 0 && Number.isFinite(weight))) {
    throw new CodedError("PARAMETERS_WRONG_WEIGHT", "the sum of the weights is not positive");
  }
  const result = reference.slice();
  let check = 0;
  const sums = new Float64Array(Math.min(BLOCK_VALUES, mixed));
  for (let first = 0; first < mixed; first += BLOCK_VALUES) {
    const block = sums.subarray(0, Math.min(BLOCK_VALUES, mixed - first));
    block.fill(0);
    codec.accumulate(encodedSum, first, block);
    for (let index = 0; index < block.length; index++) {
      const value = Math.fround((reference[first + index] ?? 0) + (block[index] ?? 0) / weight);
      check += value - value;
      result[first + index] = value;
    }
  }
  // A finite sum over a small weight can still be beyond binary32.
  refuseNotFinite(check);
  return result;
}
