import {readDelimited} from "./delimited-file.ts";
import type {TableRow} from "./table-header.ts";
import {readWorkbook, type TableAddress} from "./workbook.ts";

/**
 * The rows of a table with a header: an .xlsx workbook's first sheet, and for any other ending CSV with commas.
 * @throws {CodedError} as {@link readWorkbook} and {@link readDelimited}
 */
export function readTableFile(file: TableAddress, wanted: readonly string[]): AsyncGenerator<TableRow> {
  return /\.xlsx$/i.test(file.path)
    ? readWorkbook(file, wanted)
    : readDelimited({...file, delimiter: ","}, wanted);
}
