import type {FloatFormat} from "../float-rows.ts";

/** Positions of the parts of a floating-point number, in bits. */
interface FloatFields {
  readonly precision: number;
  readonly exponentAt: number;
  readonly exponent: number;
  readonly mantissaAt: number;
  readonly mantissa: number;
  readonly signAt: number;
  readonly bias: number;
}

const fields = (exponent: number, mantissa: number): FloatFields => ({
  precision: 1 + exponent + mantissa,
  exponentAt: mantissa,
  exponent,
  mantissaAt: 0,
  mantissa,
  signAt: exponent + mantissa,
  bias: 2 ** (exponent - 1) - 1,
});

/** IEEE 754 binary16, binary32, binary64. */
const IEEE: readonly (readonly [FloatFormat, FloatFields])[] = [
  ["f16", fields(5, 10)],
  ["f32", fields(8, 23)],
  ["f64", fields(11, 52)],
];

/** Formats that are only recognised by name. */
const OTHERS: readonly (readonly [string, FloatFields])[] = [
  ["bfloat16", fields(8, 7)],
  ["TensorFloat-32", fields(8, 10)],
  ["float8_e4m3", fields(4, 3)],
  ["float8_e5m2", fields(5, 2)],
  ["float128", fields(15, 112)],
];

/** By class number, as HDF5 counts them. */
const CLASSES = [
  "whole numbers",
  "floating-point numbers",
  "times",
  "strings",
  "bit fields",
  "opaque values",
  "compound values",
  "references",
  "an enumeration or truth values",
  "lists of varying length",
  "arrays",
] as const;
const FLOAT_CLASS = 1;
const LIST_CLASS = 9;

/** The type of a dataset's numbers: a readable format, and its name for people. */
export interface Hdf5Type {
  /** Null for every type except binary16, binary32 and binary64, in either byte order. */
  readonly format: FloatFormat | null;
  /** Such as `bfloat16` or `64-bit whole numbers`. */
  readonly name: string;
}

function isSame(a: FloatFields, b: FloatFields): boolean {
  return (
    a.precision === b.precision &&
    a.exponentAt === b.exponentAt &&
    a.exponent === b.exponent &&
    a.mantissaAt === b.mantissaAt &&
    a.mantissa === b.mantissa &&
    a.signAt === b.signAt &&
    a.bias === b.bias
  );
}

function floatType(message: DataView, sizeBytes: number): Hdf5Type {
  const bits = message.getUint8(1);
  // Bits 0 and 6 are the byte order (both: VAX); bits 4 and 5 are 2 if the mantissa's first bit is implied.
  const isIeeeLike = (bits & 0x40) === 0 && (bits & 0x30) === 0x20 && message.getUint16(8, true) === 0;
  const found = {
    signAt: message.getUint8(2),
    precision: message.getUint16(10, true),
    exponentAt: message.getUint8(12),
    exponent: message.getUint8(13),
    mantissaAt: message.getUint8(14),
    mantissa: message.getUint8(15),
    bias: message.getUint32(16, true),
  };
  const isWhole = isIeeeLike && found.precision === 8 * sizeBytes;
  const format = isWhole ? IEEE.find(([, known]) => isSame(known, found))?.[0] : undefined;
  if (format !== undefined) return {format, name: `float${8 * sizeBytes}`};
  const other = isIeeeLike ? OTHERS.find(([, known]) => isSame(known, found))?.[0] : undefined;
  return {
    format: null,
    name: other ?? `floating-point numbers of ${8 * sizeBytes} bits in a layout of their own`,
  };
}

/**
 * The type that a datatype message of an object header describes; its layout is compared bit by bit, because
 * bfloat16 has the size of binary16.
 * @throws {RangeError} if the message is too short
 * @see HDF5 File Format Specification 3.0, IV.A.2.d
 */
export function hdf5Type(message: DataView): Hdf5Type {
  const classNumber = message.getUint8(0) & 0x0f;
  const sizeBytes = message.getUint32(4, true);
  if (classNumber === FLOAT_CLASS) return floatType(message, sizeBytes);
  if (classNumber === LIST_CLASS && (message.getUint8(1) & 0x0f) === 1)
    return {format: null, name: "strings"};
  const name = CLASSES[classNumber] ?? "an unknown type";
  return {format: null, name: classNumber === 0 ? `${8 * sizeBytes}-bit ${name}` : name};
}
