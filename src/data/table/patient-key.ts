import {at} from "../../core/index.ts";
import {countRange} from "../count-range.ts";
import type {Findings} from "../findings.ts";
import type {TableRow} from "../readers/table-header.ts";
import {alikeKeys} from "./key-mismatch.ts";
import {refuseCell} from "./refuse-cell.ts";

/**
 * A long number as Excel and pandas write it, such as 1.23457E+12 or 1,23457E+12; 1E5 may be a key of its
 * own.
 */
const SCIENTIFIC = /^[+-]?\d(?:[.,]\d+)?e\+\d{2,3}$/i;

/**
 * Refuses a patient's key that has lost digits to Excel, because two patients could then be one.
 * @param position of the key among the row's cells
 * @param column its name in messages
 * @throws {CodedError} DATA_VALUE_INVALID
 */
export function refuseRoundedKey(fileName: string, row: TableRow, position: number, column: string): void {
  const isScientific = SCIENTIFIC.test(at(row.cells, position));
  if (!isScientific && row.isRounded?.(position) !== true) return;
  const what = isScientific
    ? `${column}: is a number in scientific notation: Excel has lost digits of it`
    : `${column}: is a number of more than 15 digits: Excel has lost the last ones`;
  const hint = "Format the column as text where the keys are whole, and export the table anew.";
  refuseCell(fileName, row, position, {code: "DATA_VALUE_INVALID", what, hint});
}

/** Reports keys of one table that may be different spellings of one patient's. @param keys each once */
export function noteAlikeKeys(fileName: string, keys: Iterable<string>, findings: Findings): void {
  for (const {keys: count, cause} of alikeKeys([...keys])) {
    const what = `${fileName}: ${countRange(count)} patients' keys are each the same as another one${cause}`;
    findings.tell(
      "warning",
      `${what}; if they mean the same patients, spell them alike, or one is in two parts`,
    );
  }
}
