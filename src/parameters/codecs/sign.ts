import {brainFloatNear, fromBrainFloat} from "./brain-float.ts";
import {BLOCK_VALUES, type Codec, refuseNotFinite, refuseShort} from "./codec.ts";

const SCALE_BYTES = 2;
const BLOCK_BYTES = SCALE_BYTES + BLOCK_VALUES / 8;

function meanMagnitude(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum / values.length;
}

/**
 * Writes one bit a value, and the mean magnitude of each 256 in bfloat16: 0.133 bytes a value. It is biased:
 * what it leaves out must be remembered.
 * @see Karimireddy et al., Error feedback fixes SignSGD, ICML 2019, section 4 (scaled sign)
 */
export const sign: Codec = {
  name: "sign",
  sums: "fp16",
  isSparse: true,
  isStochastic: false,
  sizeOf: (values) => Math.ceil(values / 8) + SCALE_BYTES * Math.ceil(values / BLOCK_VALUES),
  encode(values, into) {
    into.fill(0);
    for (let first = 0, at = 0; first < values.length; first += BLOCK_VALUES, at += BLOCK_BYTES) {
      const block = values.subarray(first, first + BLOCK_VALUES);
      const scaleBits = brainFloatNear(meanMagnitude(block));
      into[at] = scaleBits & 0xff;
      into[at + 1] = scaleBits >>> 8;
      block.forEach((value, index) => {
        const byte = at + SCALE_BYTES + (index >>> 3);
        if (value < 0) into[byte] = (into[byte] as number) | (1 << (index & 7));
      });
    }
    return 0;
  },
  accumulate(encoded, first, into) {
    let at = (first / BLOCK_VALUES) * BLOCK_BYTES;
    refuseShort(encoded, at + sign.sizeOf(into.length));
    for (let start = 0; start < into.length; start += BLOCK_VALUES, at += BLOCK_BYTES) {
      const scale = fromBrainFloat((encoded[at] as number) | ((encoded[at + 1] as number) << 8));
      refuseNotFinite(scale - scale);
      const end = Math.min(into.length, start + BLOCK_VALUES);
      for (let index = start; index < end; index++) {
        const within = index - start;
        const bit = ((encoded[at + SCALE_BYTES + (within >>> 3)] as number) >>> (within & 7)) & 1;
        into[index] = (into[index] as number) + (bit === 1 ? -scale : scale);
      }
    }
  },
};
