import {HALF_VALUES} from "../../parameters/index.ts";

/** Number formats of features: IEEE 754 binary16, binary32, binary64. */
export type FloatFormat = "f16" | "f32" | "f64";

/** Bytes of one number. */
export const FLOAT_BYTES: Readonly<Record<FloatFormat, number>> = {f16: 2, f32: 4, f64: 8};

/** Copies row `row` of a slice to `into`, which has the length of the row. */
export type CopyRow = (row: number, into: Float32Array) => void;

/**
 * Reads rows of `width` little-endian numbers from `bytes`, which start at a multiple of a number's size in
 * their buffer and are not copied. Binary16 becomes the same number in binary32, exactly; binary64 becomes
 * the nearest.
 */
export function floatRows(bytes: Uint8Array, format: FloatFormat, width: number): CopyRow {
  const {buffer, byteOffset} = bytes;
  const count = bytes.byteLength / FLOAT_BYTES[format];
  if (format !== "f16") {
    const numbers =
      format === "f32"
        ? new Float32Array(buffer, byteOffset, count)
        : new Float64Array(buffer, byteOffset, count);
    return (row, into) => into.set(numbers.subarray(row * width, (row + 1) * width));
  }
  const halves = new Uint16Array(buffer, byteOffset, count);
  return (row, into) => {
    const start = row * width;
    for (let index = 0; index < width; index++)
      into[index] = HALF_VALUES[halves[start + index] as number] as number;
  };
}
