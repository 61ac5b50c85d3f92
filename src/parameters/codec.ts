import {CodedError} from "../core/index.ts";
import {HALF_VALUES, halfFromSingleBits} from "./half.ts";

/** Names of the codecs a plan can choose. */
export type CodecName = "f32" | "fp16";

/** How a run of parameters is written as bytes, little-endian, the same on every machine. */
export interface Codec {
  readonly name: CodecName;
  readonly bytesPerValue: number;
  /**
   * Writes `values` to `into`, whose length is `values.length * bytesPerValue`.
   * @returns how many values were too large for the format and saturated
   */
  encode(values: Float32Array, into: Uint8Array): number;
  /**
   * Adds the values that start at index `first` of `encoded` to `into`, as many as `into` holds.
   * @throws PARAMETERS_NOT_FINITE
   */
  accumulate(encoded: Uint8Array, first: number, into: Float64Array): void;
}

/** Throws PARAMETERS_NOT_FINITE unless `sum`, of each value less itself, is 0. */
export function refuseNotFinite(sum: number): void {
  if (!Number.isFinite(sum)) throw new CodedError("PARAMETERS_NOT_FINITE", "a value is NaN or infinite");
}

/** A view of `bytes` as 16-bit words, copied only where they are not aligned. */
function words16(bytes: Uint8Array): Uint16Array {
  // Not `slice`, which copies nothing where the bytes are a Buffer.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 1);
}

/** A view of `bytes` as binary32 numbers, copied only where they are not aligned. */
export function singles(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}

const f32: Codec = {
  name: "f32",
  bytesPerValue: 4,
  encode(values, into) {
    into.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    return 0;
  },
  accumulate(encoded, first, into) {
    const values = singles(encoded.subarray(4 * first, 4 * (first + into.length)));
    let check = 0;
    for (let index = 0; index < into.length; index++) {
      const value = values[index] ?? Number.NaN;
      check += value - value;
      into[index] = (into[index] ?? 0) + value;
    }
    refuseNotFinite(check);
  },
};

const fp16: Codec = {
  name: "fp16",
  bytesPerValue: 2,
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

/** The codec of that name. */
export function codecOf(name: CodecName): Codec {
  return name === "f32" ? f32 : fp16;
}
