import {kernels} from "../kernels/selection.ts";
import {type Codec, refuseNotFinite, singles} from "./codec.ts";

/** IEEE 754 binary32: 4 bytes a value, exact. */
export const f32: Codec = {
  name: "f32",
  sums: "f32",
  isSparse: false,
  isStochastic: false,
  sizeOf: (values) => 4 * values,
  encode(values, into) {
    into.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return 0;
  },
  accumulate(encoded, first, into) {
    const values = singles(encoded.subarray(4 * first, 4 * (first + into.length)));
    refuseNotFinite(kernels.addSingles(values, into) ? 0 : Number.NaN);
  },
  largest: (encoded, values) => kernels.largestMagnitude(singles(encoded.subarray(0, 4 * values))),
};
