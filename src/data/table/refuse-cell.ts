import {at, CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import type {TableRow} from "../readers/table-header.ts";
import type {CellFault} from "./encode-cell.ts";

/**
 * Refuses a cell of a table by its place.
 * @param position of the cell among those of `row`
 * @throws {CodedError} always: the fault's code, one line `file:line:column: what`
 */
export function refuseCell(fileName: string, row: TableRow, position: number, fault: CellFault): never {
  const column = at(row.columnNumbers, position);
  throw new CodedError<DataErrorCode>(fault.code, `${fileName}:${row.line}:${column}: ${fault.what}`, {
    hint: fault.hint,
    data: {file: fileName, line: row.line, column},
  });
}
