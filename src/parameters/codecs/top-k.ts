import {HALF_VALUES, halfFromSingleBits} from "../half.ts";
import {kernels} from "../kernels/selection.ts";
import {BLOCK_VALUES, type Codec, type CodecName, refuseNotFinite, refuseShort} from "./codec.ts";

const VALUE_BYTES = 2;
const KEPT_BYTES = 1 + VALUE_BYTES;
const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function encodeBlock(block: Float32Array, kept: number, into: Uint8Array): number {
  let saturated = 0;
  kernels.largestPlaces(block, into.subarray(0, kept));
  for (let place = 0; place < kept; place++) {
    const index = into[place] as number;
    scratch[0] = block[index] as number;
    const half = halfFromSingleBits(scratchBits[0] as number);
    if ((half & 0x7fff) === 0x7bff) saturated += 1;
    into[kept + VALUE_BYTES * place] = half & 0xff;
    into[kept + VALUE_BYTES * place + 1] = half >>> 8;
  }
  return saturated;
}

/**
 * Writes the `perBlock` largest of each 256 values, in binary16 with their places. The others count as 0. The
 * number per block is fixed, so the size of every chunk is known in advance. The codec is biased: what it
 * leaves out must be remembered.
 * @see Stich et al., Sparsified SGD with memory, NeurIPS 2018, definition 2.1 (here block by block)
 */
export function topK(name: CodecName, perBlock: number): Codec {
  const keptOf = (values: number): number => Math.ceil((perBlock * values) / BLOCK_VALUES);
  const blockBytes = KEPT_BYTES * perBlock;
  const sizeOf = (values: number): number =>
    blockBytes * Math.floor(values / BLOCK_VALUES) + KEPT_BYTES * keptOf(values % BLOCK_VALUES);
  return {
    name,
    sums: "fp16",
    isSparse: true,
    isStochastic: false,
    sizeOf,
    encode(values, into) {
      let saturated = 0;
      for (let first = 0, at = 0; first < values.length; first += BLOCK_VALUES, at += blockBytes) {
        const block = values.subarray(first, first + BLOCK_VALUES);
        saturated += encodeBlock(block, keptOf(block.length), into.subarray(at, at + blockBytes));
      }
      return saturated;
    },
    accumulate(encoded, first, into) {
      let at = (first / BLOCK_VALUES) * blockBytes;
      refuseShort(encoded, at + sizeOf(into.length));
      for (let start = 0; start < into.length; start += BLOCK_VALUES, at += blockBytes) {
        const length = Math.min(BLOCK_VALUES, into.length - start);
        const kept = keptOf(length);
        let previous = -1;
        for (let place = 0; place < kept; place++) {
          const index = encoded[at + place] as number;
          const half = at + kept + VALUE_BYTES * place;
          const value = HALF_VALUES[
            (encoded[half] as number) | ((encoded[half + 1] as number) << 8)
          ] as number;
          // A place that is beyond the block or does not ascend is as invalid as a value that is not finite.
          refuseNotFinite(index < length && index > previous ? value - value : Number.NaN);
          into[start + index] = (into[start + index] as number) + value;
          previous = index;
        }
      }
    },
  };
}
