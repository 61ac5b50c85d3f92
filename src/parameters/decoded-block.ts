import type {Codec} from "./codecs/codec.ts";
import {kernels} from "./kernels/selection.ts";

/**
 * Decodes a block of at most STRIDE_VALUES of `encoded` into one of the scratch's arrays. It stays there
 * until that array is used again.
 * @param first index of its first value, a multiple of STRIDE_VALUES
 * @throws PARAMETERS_NOT_FINITE
 */
export function decodedBlock(
  codec: Codec,
  encoded: Uint8Array,
  {first, length}: {readonly first: number; readonly length: number},
  place: 0 | 1,
): Float64Array {
  const block = kernels.scratch.doubles[place].subarray(0, length);
  if (codec.decode !== undefined) {
    codec.decode(encoded, first, block);
    return block;
  }
  block.fill(0);
  codec.accumulate(encoded, first, block);
  return block;
}
