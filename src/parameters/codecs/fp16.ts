import {HALF_VALUES} from "../half.ts";
import {kernels} from "../kernels/selection.ts";
import {type Codec, refuseNotFinite, words16} from "./codec.ts";

function halvesOf(encoded: Uint8Array, first: number, count: number): Uint16Array {
  return words16(encoded.subarray(2 * first, 2 * (first + count)));
}

/**
 * Writes IEEE 754 binary16, to nearest, ties to even: 2 bytes a value, relative error at most 2^-11 down to
 * 2^-14.
 */
export const fp16: Codec = {
  name: "fp16",
  sums: "fp16",
  isSparse: false,
  isStochastic: false,
  sizeOf: (values) => 2 * values,
  encode(values, into) {
    const target = words16(into);
    const saturated = kernels.encodeHalves(values, target);
    if (target.buffer !== into.buffer) into.set(new Uint8Array(target.buffer));
    return saturated;
  },
  accumulate(encoded, first, into) {
    const halves = halvesOf(encoded, first, into.length);
    refuseNotFinite(kernels.addHalves(halves, into) ? 0 : Number.NaN);
  },
  decode(encoded, first, into) {
    const halves = halvesOf(encoded, first, into.length);
    refuseNotFinite(kernels.decodeHalves(halves, into) ? 0 : Number.NaN);
  },
  largest: (encoded, values) => HALF_VALUES[kernels.largestHalf(halvesOf(encoded, 0, values))] as number,
};
