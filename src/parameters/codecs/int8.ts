import {kernels} from "../kernels/selection.ts";
import {brainFloatAbove, fromBrainFloat} from "./brain-float.ts";
import {BLOCK_VALUES, type Codec, refuseNotFinite, refuseShort} from "./codec.ts";

const SCALE_BYTES = 2;
const BLOCK_BYTES = SCALE_BYTES + BLOCK_VALUES;
const LARGEST = 127;

/**
 * Writes 8 bits a value in blocks of 256 with a common scale s: q = floor(x / s + u), u uniform on [0, 1), so
 * E(q s) = x, with variance at most s^2 / 4. s is max|x| / 127 rounded up to bfloat16: 1.0078 bytes a value.
 * A scale in binary16 would end at 6e-8, but repeated differences must become smaller than that.
 * @see Alistarh et al., QSGD, NeurIPS 2017, section 3.1 (stochastic rounding to levels)
 */
export const int8: Codec = {
  name: "int8",
  sums: "int8",
  isSparse: false,
  isStochastic: true,
  sizeOf: (values) => values + SCALE_BYTES * Math.ceil(values / BLOCK_VALUES),
  encode(values, into, dither) {
    for (let first = 0, at = 0; first < values.length; first += BLOCK_VALUES, at += BLOCK_BYTES) {
      const block = values.subarray(first, first + BLOCK_VALUES);
      const scaleBits = brainFloatAbove(Math.fround(kernels.largestMagnitude(block) / LARGEST));
      into[at] = scaleBits & 0xff;
      into[at + 1] = scaleBits >>> 8;
      const levels = into.subarray(at + SCALE_BYTES, at + SCALE_BYTES + block.length);
      if (scaleBits === 0) levels.fill(0);
      else {
        const rounding = {scale: fromBrainFloat(scaleBits), key: dither.key, first: dither.first + first};
        kernels.encodeLevels(block, rounding, levels);
      }
    }
    return 0;
  },
  accumulate(encoded, first, into) {
    let at = (first / BLOCK_VALUES) * BLOCK_BYTES;
    refuseShort(encoded, at + int8.sizeOf(into.length));
    for (let start = 0; start < into.length; start += BLOCK_VALUES, at += BLOCK_BYTES) {
      const scale = fromBrainFloat((encoded[at] as number) | ((encoded[at + 1] as number) << 8));
      refuseNotFinite(scale - scale);
      const end = Math.min(into.length, start + BLOCK_VALUES);
      const from = at + SCALE_BYTES;
      kernels.addLevels(encoded.subarray(from, from + end - start), scale, into.subarray(start, end));
    }
  },
};
