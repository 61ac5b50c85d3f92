import {stat} from "node:fs/promises";
import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {columnPositions, type TableRow} from "./table-header.ts";

/** Largest workbook that is unpacked. */
const MAX_WORKBOOK_BYTES = 64 * 2 ** 20;

/** Where a table is. */
export interface TableAddress {
  /** Absolute path. */
  readonly path: string;
  /** What messages call the file. */
  readonly name: string;
}

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/** A cell as pandas would write it to text: the number's own digits, the day of a date, True and False. */
function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, "");
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return typeof cell === "string" ? cell.trim() : "";
}

async function sheetOf({path, name}: TableAddress): Promise<readonly (readonly unknown[])[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) {
    return fail("DATA_FILE_MISSING", `${name}: no such file (${path})`, "Check root and sites in the task.");
  }
  if (found.size > MAX_WORKBOOK_BYTES) {
    return fail("DATA_FILE_TOO_LARGE", `${name}: more than ${MAX_WORKBOOK_BYTES} bytes`, "Export it as CSV.");
  }
  const {readSheet} = await import("read-excel-file/node");
  // The reader's own error is not kept as a cause: it may quote cells.
  return readSheet(path, {parseNumber: (digits) => digits}).catch(() =>
    fail(
      "DATA_FILE_MALFORMED",
      `${name}: is not a readable .xlsx workbook`,
      "Save it again, or export it as CSV.",
    ),
  );
}

/**
 * The rows of the first sheet of an .xlsx workbook, whose first row is the header, with the cells of the `wanted`
 * columns as text. Rows without any cell are passed over.
 * @throws {CodedError} DATA_FILE_MISSING, DATA_FILE_TOO_LARGE, DATA_FILE_MALFORMED, DATA_HEADER_DUPLICATE,
 * DATA_COLUMN_MISSING, DATA_TABLE_EMPTY
 */
export async function* readWorkbook(file: TableAddress, wanted: readonly string[]): AsyncGenerator<TableRow> {
  const rows = (await sheetOf(file)).map((row) => row.map(textOf));
  const [header = [], ...records] = rows;
  const positions = columnPositions(header, wanted, file.name);
  const columnNumbers = positions.map((position) => position + 1);
  let index = 0;
  for (const [number, record] of records.entries()) {
    if (record.every((cell) => cell === "")) continue;
    yield {
      index,
      line: number + 2,
      cells: positions.map((position) => record[position] ?? ""),
      columnNumbers,
    };
    index += 1;
  }
  if (index === 0)
    fail("DATA_TABLE_EMPTY", `${file.name}: holds no data row`, "Check that it is the right file.");
}
