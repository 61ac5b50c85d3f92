import {CodedError, closestName} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";

/** The wanted cells of one data row of a table. */
export interface TableRow {
  /** Number among the data rows, from 0; blank lines are not counted. */
  readonly index: number;
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
  /** Cells in the order in which they were asked for, without blanks around them. */
  readonly cells: readonly string[];
  /** Number in the file, from 1, of the column of each cell. */
  readonly columnNumbers: readonly number[];
}

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError<DataErrorCode>(code, message, {hint});
}

/**
 * Positions of the `wanted` columns, from 0. The names of a header are not shown: it may be a first row of patients.
 * @param fileName for messages
 * @throws {CodedError} DATA_HEADER_DUPLICATE, DATA_COLUMN_MISSING
 */
export function columnPositions(
  names: readonly string[],
  wanted: readonly string[],
  fileName: string,
): number[] {
  const repeated = names.findIndex((name, index) => name !== "" && names.indexOf(name) !== index);
  if (repeated !== -1) {
    const first = names.indexOf(names[repeated] ?? "") + 1;
    fail(
      "DATA_HEADER_DUPLICATE",
      `${fileName}:1:${repeated + 1}: has the same name as column ${first}`,
      "Give each column a name of its own; a file without a header line needs csv.header: false.",
    );
  }
  return wanted.map((name) => {
    const position = names.indexOf(name);
    if (position !== -1) return position;
    const meant = closestName(name, names);
    return fail(
      "DATA_COLUMN_MISSING",
      `${fileName}:1: no column "${name}" among ${names.length}`,
      meant === undefined ? "Check the header and the delimiter." : `Did you mean "${meant}"?`,
    );
  });
}
