import {HALF_VALUES, halfFromSingleBits} from "../half.ts";
import {type Codec, refuseNotFinite, words16} from "./codec.ts";

/** IEEE 754 binary16, to nearest, ties to even: 2 bytes a value, relative error at most 2^-11 down to 2^-14. */
export const fp16: Codec = {
  name: "fp16",
  sums: "fp16",
  isSparse: false,
  sizeOf: (values) => 2 * values,
  encode(values, into) {
    const target = words16(into);
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    let saturated = 0;
    for (let index = 0; index < bits.length; index++) {
      const half = halfFromSingleBits(bits[index] ?? 0);
      if ((half & 0x7fff) === 0x7bff) saturated += 1;
      target[index] = half;
    }
    if (target.buffer !== into.buffer) into.set(new Uint8Array(target.buffer));
    return saturated;
  },
  accumulate(encoded, first, into) {
    const halves = words16(encoded.subarray(2 * first, 2 * (first + into.length)));
    let check = 0;
    for (let index = 0; index < into.length; index++) {
      const value = HALF_VALUES[halves[index] ?? 0x7e00] ?? Number.NaN;
      check += value - value;
      into[index] = (into[index] ?? 0) + value;
    }
    refuseNotFinite(check);
  },
};
