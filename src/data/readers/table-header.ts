import {CodedError, closestName, isCoded, present} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {canonicalText} from "../table/cell.ts";

/** The wanted cells of one data row of a table. */
export interface TableRow {
  /** Number among the data rows, from 0; blank lines are not counted. */
  readonly index: number;
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
  /** Cells in the order in which they were requested, each as {@link canonicalText}. */
  readonly cells: readonly string[];
  /** Number in the file, from 1, of the column of each cell. */
  readonly columnNumbers: readonly number[];
  /** Tells whether the cell at a position in `cells` is a number with more digits than its workbook keeps. */
  readonly isRounded?: (position: number) => boolean;
}

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError<DataErrorCode>(code, message, {hint});
}

/** Largest number of names that are listed when several columns are missing. */
const MAX_NAMED = 5;

/** A header in which columns are searched for. */
interface SearchedHeader {
  readonly wanted: readonly string[];
  readonly names: readonly string[];
  readonly fileName: string;
  readonly check: string;
}

function refuseMissing(missing: readonly string[], {wanted, names, fileName, check}: SearchedHeader): never {
  if (missing.length > MAX_NAMED || (missing.length > 1 && missing.length === wanted.length)) {
    const what = `${fileName}:1: ${missing.length} of the ${wanted.length} columns of the task are not among ${names.length}`;
    fail("DATA_COLUMN_MISSING", what, check);
  }
  const meant = missing.map((name) => closestName(canonicalText(name), names));
  const listed = missing.map((name) => `"${name}"`).join(" and no ");
  const known = meant.every((name) => name !== undefined);
  return fail(
    "DATA_COLUMN_MISSING",
    `${fileName}:1: no column ${listed} among ${names.length}`,
    known ? `Did you mean ${meant.map((name) => `"${name}"`).join(" and ")}?` : check,
  );
}

/**
 * Positions of the `wanted` columns, from 0; names that differ only in their composition are one. The names
 * of a header are not shown: it may be a first row of patients. A name that is not wanted may be there twice.
 * @param fileName for messages
 * @param check place to check if columns are missing
 * @throws {CodedError} DATA_HEADER_DUPLICATE, DATA_COLUMN_MISSING
 */
export function columnPositions(
  header: readonly string[],
  wanted: readonly string[],
  fileName: string,
  check = "Check the header and the delimiter.",
): number[] {
  const names = header.map(canonicalText);
  const places = new Map<string, {readonly first: number; again?: number}>();
  for (const [index, name] of names.entries()) {
    const known = places.get(name);
    if (known === undefined) places.set(name, {first: index});
    else known.again ??= index;
  }
  const missing = wanted.filter((name) => !places.has(canonicalText(name)));
  if (missing.length > 0) refuseMissing(missing, {wanted, names, fileName, check});
  const found = wanted.map((name) => present(places.get(canonicalText(name)), "the place of a column"));
  for (const {first, again} of found) {
    if (again === undefined) continue;
    fail(
      "DATA_HEADER_DUPLICATE",
      `${fileName}:1:${again + 1}: has the same name as column ${first + 1}`,
      "Give each column a name of its own; a file without a header line needs csv.header: false.",
    );
  }
  return found.map(({first}) => first);
}

/** Number of rows above a header, such as a title's, that are searched for a hint. */
export const MOST_ABOVE = 20;

/** Tells whether all `wanted` columns are among the cells of a row. */
export function hasColumns(row: readonly string[], wanted: readonly string[]): boolean {
  const names = new Set(row.map(canonicalText));
  return wanted.every((name) => names.has(canonicalText(name)));
}

/** The `error` of a first row that lacks columns, with the hint that a lower one has them. */
export function lowerHeader(error: unknown, row: number, kind: "line" | "row"): unknown {
  if (!isCoded(error, "DATA_COLUMN_MISSING")) return error;
  const hint = `The header is on ${kind} ${row}: delete the ${kind}s above it.`;
  return new CodedError<DataErrorCode>("DATA_COLUMN_MISSING", error.message, {hint});
}
