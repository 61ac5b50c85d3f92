import {kernels} from "../kernels/selection.ts";
import {type Codec, refuseNotFinite, words16} from "./codec.ts";

/** IEEE 754 binary16, to nearest, ties to even: 2 bytes a value, relative error at most 2^-11 down to 2^-14. */
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
    const halves = words16(encoded.subarray(2 * first, 2 * (first + into.length)));
    refuseNotFinite(kernels.addHalves(halves, into) ? 0 : Number.NaN);
  },
};
