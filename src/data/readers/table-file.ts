import type {Findings} from "../findings.ts";
import {type DelimitedFile, readDelimited} from "./delimited-file.ts";
import type {TableRow} from "./table-header.ts";
import {readWorkbook, type TableAddress} from "./workbook.ts";

/**
 * The rows of a table: an .xlsx workbook's first visible sheet, or for any other ending delimited text, with
 * commas (tabs in a .tsv) unless `file` says otherwise.
 * @throws {CodedError} the codes of {@link readWorkbook} and {@link readDelimited}
 */
export function readTableFile(
  file: TableAddress & Partial<DelimitedFile>,
  wanted: readonly string[],
  findings?: Findings,
): AsyncGenerator<TableRow> {
  if (/\.xlsx$/i.test(file.path)) return readWorkbook(file, wanted, findings);
  const {delimiter = ","} = file;
  const isTabbed = delimiter === "," && /\.tsv$/i.test(file.path);
  return readDelimited({...file, delimiter: isTabbed ? "\t" : delimiter}, wanted, findings);
}
