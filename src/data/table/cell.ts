import {at} from "../../core/index.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Significant digits that a number keeps through an f64; codes with more of them are compared as text. */
const EXACT_DIGITS = 15;

/**
 * The number that `cell` spells, or undefined. Decimal point only; no blanks, hexadecimal, thousands
 * separators, NaN or infinity.
 */
export function parseNumber(cell: string): number | undefined {
  if (!NUMBER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

/** Invisible characters, such as a space of no width, a soft hyphen or a mark of the direction of writing. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * `text` without blanks around it and without invisible characters, composed (NFC): one spelling of a key or
 * name, whichever system wrote it.
 */
export function canonicalText(text: string): string {
  return text.replace(UNSEEN, "").trim().normalize("NFC");
}

function significantDigits(number: string): number {
  const mantissa = at(number.split(/e/i), 0);
  return mantissa.replace(/\D/g, "").replace(/^0+|0+$/g, "").length;
}

/**
 * Gives one spelling to all that mean the same code: "1", "1.0" and 1 are "1"; other text as
 * {@link canonicalText}. Numbers of more than 15 digits are text: as numbers, two different ones could be
 * equal.
 */
export function canonicalCode(code: string | number): string {
  const text = canonicalText(String(code));
  const value = parseNumber(text);
  if (value === undefined || significantDigits(text) > EXACT_DIGITS) return text;
  return String(value === 0 ? 0 : value);
}

/** Errors of formulas as Excel writes them in English and in German. */
const EXCEL_ERRORS = new Set(
  [
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA",
    "#NV #BEZUG! #WERT! #ZAHL!",
  ].flatMap((names) => names.split(" ")),
);

/** Tells whether `cell` is the error of a formula, such as #N/A. */
export function isExcelError(cell: string): boolean {
  return cell.startsWith("#") && EXCEL_ERRORS.has(cell);
}

/** Tells which cells mean "not known". */
export interface MissingMarkers {
  /**
   * Tells whether a cell is missing. A marker that is a number stands for the number: 999 for 999.0 and
   * 9.99e2; other markers stand for their text.
   */
  isMissing(cell: string): boolean;
  /**
   * Tells whether a patient key is missing: no text, an error of Excel, or a marker that is not a number,
   * because 999 may be a patient's number.
   */
  isMissingKey(key: string): boolean;
}

/** Creates the {@link MissingMarkers} of a task's `missing.markers`. */
export function missingMarkers(markers: readonly string[]): MissingMarkers {
  const codes = new Set(markers.map(canonicalCode));
  const texts = new Set(markers.map(canonicalText).filter((marker) => parseNumber(marker) === undefined));
  return {
    isMissing: (cell) => codes.has(canonicalCode(cell)),
    isMissingKey: (key) => key === "" || texts.has(key) || isExcelError(key),
  };
}
