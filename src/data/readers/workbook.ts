import {at, CodedError, isCoded} from "../../core/index.ts";
import {countRange} from "../count-range.ts";
import type {DataErrorCode} from "../errors.ts";
import {attempt, FIRST_FAULT, type Findings} from "../findings.ts";
import {canonicalText} from "../table/cell.ts";
import {refuseCell} from "../table/refuse-cell.ts";
import {readBounded} from "./bounded-file.ts";
import {fileError} from "./file-error.ts";
import {refuseForeignWorkbook} from "./foreign-format.ts";
import {type OddCell, type SheetCells, scanSheet} from "./sheet-cells.ts";
import {spelledPath} from "./spelled-path.ts";
import {columnPositions, hasColumns, lowerHeader, MOST_ABOVE, type TableRow} from "./table-header.ts";
import {openWorkbook, type Workbook} from "./workbook-archive.ts";

/** Largest workbook that is read. */
const MAX_WORKBOOK_BYTES = 64 * 2 ** 20;

/** Most cells of a sheet, empty ones between its corners included. */
const MAX_CELLS = 5_000_000;

/** The address of a table. */
export interface TableAddress {
  /** Absolute path. */
  readonly path: string;
  /** Its name in messages. */
  readonly name: string;
  /** Names of the columns of a table without a header; undefined when the first row has them. */
  readonly columns?: readonly string[] | undefined;
}

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/** Tells whether the cell is formatted as a date, but its number lies beyond all dates. */
function isNoDate(cell: unknown): boolean {
  return cell instanceof Date && Number.isNaN(cell.getTime());
}

/** The text of a cell as pandas would write it: the number's own digits, a date's day, True and False. */
function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  if (isNoDate(cell)) return "no date";
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$/, "");
  if (typeof cell === "boolean") return cell ? "True" : "False";
  return typeof cell === "string" ? canonicalText(cell) : "";
}

async function bytesOf({path, name}: TableAddress): Promise<Uint8Array> {
  const bytes = await readBounded(await spelledPath(path), MAX_WORKBOOK_BYTES, name).catch(
    (error: unknown) => {
      throw fileError(error, {path, name});
    },
  );
  if (bytes !== null) return bytes;
  return fail(
    "DATA_FILE_TOO_LARGE",
    `${name}: more than ${MAX_WORKBOOK_BYTES} bytes`,
    "Export it as CSV UTF-8.",
  );
}

/** The reader's own error is not kept as a cause, because it may quote cells. */
function unreadable(error: unknown, name: string): CodedError {
  if (error instanceof CodedError) return error;
  const what = `${name}: is not a readable .xlsx workbook`;
  return new CodedError<DataErrorCode>("DATA_FILE_MALFORMED", what, {
    hint: "Open it and save it again as .xlsx, or export it as CSV UTF-8.",
  });
}

interface NamedRows {
  readonly name: string;
  readonly rows: readonly (readonly unknown[])[];
}

interface OpenedSheet {
  readonly name: string;
  /** Reads the first rows of each other sheet. */
  others(): Promise<readonly NamedRows[]>;
  readonly rows: readonly (readonly unknown[])[];
  readonly cells: SheetCells;
}

/** The sheet that is read, from 0: the first visible one. */
function choose({sheets}: Workbook, name: string, {tell}: Pick<Findings, "tell">): number {
  const chosen = sheets.findIndex(({isHidden}) => !isHidden);
  const sheet = sheets[chosen];
  if (sheet === undefined)
    return fail("DATA_TABLE_EMPTY", `${name}: has no sheet that is shown`, "Show the sheet.");
  if (sheets.length > 1) {
    const hidden = chosen === 0 ? "" : ` (${chosen} hidden before it)`;
    tell("note", `${name}: of ${sheets.length} sheets "${sheet.name}" is read${hidden}`);
  }
  return chosen;
}

async function openSheet(file: TableAddress, findings: Findings): Promise<OpenedSheet> {
  const {name} = file;
  const bytes = await bytesOf(file);
  try {
    refuseForeignWorkbook(name, bytes.subarray(0, 4096));
    const workbook = openWorkbook(bytes, name);
    const chosen = choose(workbook, name, findings);
    const sheet = at(workbook.sheets, chosen);
    const cells = scanSheet(sheet.xml);
    if (cells.rows * cells.columns > MAX_CELLS) {
      const what = `${name}: ${cells.rows} rows of ${cells.columns} columns are more than ${MAX_CELLS} cells`;
      fail(
        "DATA_FILE_TOO_LARGE",
        what,
        "Delete the empty rows and columns beyond the table, or export it as CSV UTF-8.",
      );
    }
    const {readSheet} = await import("read-excel-file/universal");
    const packed = Uint8Array.from(workbook.repacked()).buffer;
    const rowsOf = (place: number): Promise<readonly (readonly unknown[])[]> =>
      readSheet(packed, place + 1, {parseNumber: (digits) => digits});
    if (cells.hiddenRows > 0) {
      const told = `${countRange(cells.hiddenRows)} rows that Excel hides, or filters out, are read like the others`;
      findings.tell("warning", `${name}: ${told}; delete them where they are no part of the table`);
    }
    const others = async (): Promise<readonly NamedRows[]> => {
      const found: NamedRows[] = [];
      for (const [place, other] of workbook.sheets.entries()) {
        const {rows, columns} = scanSheet(other.xml);
        const isRead = place !== chosen && rows * columns <= MAX_CELLS;
        if (isRead) found.push({name: other.name, rows: (await rowsOf(place)).slice(0, MOST_ABOVE)});
      }
      return found;
    };
    return {name: sheet.name, rows: await rowsOf(chosen), cells, others};
  } catch (error) {
    throw unreadable(error, name);
  }
}

/** Reports blocks of merged cells in the wanted columns: all but their first cell are empty in the file. */
function reportMerged(
  file: TableAddress,
  {merged}: SheetCells,
  columnNumbers: readonly number[],
  findings: Pick<Findings, "fault">,
): void {
  for (const {rows, columns} of merged) {
    const column = columnNumbers.find((number) => number >= columns[0] && number <= columns[1]);
    if (column === undefined || rows[1] === 1) continue;
    const what = `${file.name}:${rows[0]}:${column}: is merged with the cells down to row ${rows[1]}`;
    const hint = "Split the merged cells, and fill in each one.";
    findings.fault(
      new CodedError<DataErrorCode>("DATA_CELL_UNUSABLE", what, {hint, data: {file: file.name, column}}),
    );
  }
}

/** The `error` of a sheet whose first row lacks columns, with the sheet's name and the columns' place. */
async function misfitOf(error: unknown, sheet: OpenedSheet, wanted: readonly string[]): Promise<unknown> {
  if (!isCoded(error, "DATA_COLUMN_MISSING")) return error;
  const headerRow = (rows: NamedRows["rows"]): number =>
    rows.findIndex((cells) => hasColumns(cells.map(textOf), wanted));
  const named = new CodedError<DataErrorCode>(
    "DATA_COLUMN_MISSING",
    `${error.message} of the sheet "${sheet.name}"`,
    error.hint === undefined ? {} : {hint: error.hint},
  );
  const lower = headerRow(sheet.rows.slice(0, MOST_ABOVE));
  if (lower !== -1) return lowerHeader(named, lower + 1, "row");
  const other = (await sheet.others()).find(({rows}) => headerRow(rows) !== -1);
  if (other === undefined) return named;
  const hint = `The sheet "${other.name}" has them: make it the first one that is shown.`;
  return new CodedError<DataErrorCode>("DATA_COLUMN_MISSING", named.message, {hint});
}

async function positionsIn(
  file: TableAddress,
  sheet: OpenedSheet,
  wanted: readonly string[],
): Promise<readonly number[]> {
  const {columns = sheet.rows[0]?.map(textOf) ?? []} = file;
  try {
    return columnPositions(columns, wanted, file.name, "Check the header.");
  } catch (error) {
    throw await misfitOf(error, sheet, wanted);
  }
}

function cellText(value: unknown, odd: OddCell | undefined): string {
  return odd?.kind === "error" ? odd.text : textOf(value);
}

function isBlank(record: readonly unknown[], odd: readonly (OddCell | undefined)[]): boolean {
  return record.every((cell) => textOf(cell) === "") && odd.every((cell) => cell === undefined);
}

const FORMULA_FAULT = {
  code: "DATA_CELL_UNUSABLE",
  what: "holds a formula whose value is not stored",
  hint: "Open the workbook in Excel or LibreOffice and save it, or export it as CSV UTF-8.",
} as const;

const DATE_FAULT = {
  code: "DATA_CELL_UNUSABLE",
  what: "holds a number that is no date, and is formatted as one",
  hint: "Format the column as a number, or mend the cell.",
} as const;

/**
 * The rows of the first sheet of an .xlsx workbook that is not hidden, with the cells of the `wanted` columns
 * as text; an error in a formula appears as its name, such as #N/A. Rows without any cell are skipped.
 * @param findings receive merged cells and formulas without a value in those columns
 * @throws {CodedError} DATA_FILE_MISSING, DATA_FILE_UNREADABLE, DATA_FILE_TOO_LARGE, DATA_FILE_MALFORMED,
 *   DATA_HEADER_DUPLICATE, DATA_COLUMN_MISSING, DATA_CELL_UNUSABLE, DATA_TABLE_EMPTY
 */
export async function* readWorkbook(
  file: TableAddress,
  wanted: readonly string[],
  findings: Findings = FIRST_FAULT,
): AsyncGenerator<TableRow> {
  const opened = await openSheet(file, findings);
  const {rows, cells: sheet} = opened;
  const headers = file.columns === undefined ? 1 : 0;
  const positions = await positionsIn(file, opened, wanted);
  const columnNumbers = positions.map((position) => position + 1);
  reportMerged(file, sheet, columnNumbers, findings);
  let index = 0;
  for (const [number, record] of rows.slice(headers).entries()) {
    const line = number + 1 + headers;
    const odd = columnNumbers.map((column) => sheet.oddAt(line, column));
    const cells = positions.map((position, at) => cellText(record[position], odd[at]));
    if (isBlank(record, odd)) continue;
    const isRounded = (position: number): boolean => odd[position]?.kind === "rounded";
    const row = {index, line, cells, columnNumbers, isRounded};
    const formula = odd.findIndex((cell) => cell?.kind === "formula");
    const noDate = positions.findIndex((position) => isNoDate(record[position]));
    if (formula !== -1) attempt(findings, () => refuseCell(file.name, row, formula, FORMULA_FAULT));
    else if (noDate !== -1) attempt(findings, () => refuseCell(file.name, row, noDate, DATE_FAULT));
    else yield row;
    index += 1;
  }
  if (index === 0)
    fail("DATA_TABLE_EMPTY", `${file.name}: holds no data row`, "Check that it is the right file.");
}
