import {pipeline} from "node:stream/promises";
import {CsvError, type Info, type Parser, parse} from "csv-parse";
import {at, CodedError, createTextReader, isCoded} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {attempt, FIRST_FAULT, type Findings} from "../findings.ts";
import {canonicalText} from "../table/cell.ts";
import {refuseCell} from "../table/refuse-cell.ts";
import {openUnwaiting} from "./bounded-file.ts";
import {fileError} from "./file-error.ts";
import {refuseForeignFormat} from "./foreign-format.ts";
import {spelledPath} from "./spelled-path.ts";
import {columnPositions, hasColumns, lowerHeader, MOST_ABOVE, type TableRow} from "./table-header.ts";

/** Length limit of a row: a stray quote must not read a whole file into memory. */
const MAX_RECORD_CHARACTERS = 1_000_000;

/** Most rows of a table: their keys alone take about a gigabyte. */
const MAX_ROWS = 5_000_000;

const DELIMITERS = [",", ";", "\t", "|"];

const LOST_CHARACTER = "\ufffd";
const LOST = {
  code: "DATA_FILE_ENCODING",
  what: "holds the sign of a character that an earlier conversion lost (U+FFFD)",
  hint: "Export the file anew from where it comes from, as UTF-8.",
} as const;

/** A first line by which a file names its own delimiter. */
const SEPARATOR_LINE = /^sep=([,;|\t])[ \t]*(?:\r\n|\n|\r)/i;

/** A record of a file, and the delimiter with which it was read. */
interface FileRecord {
  readonly record: readonly string[];
  readonly line: number;
  readonly delimiter: string;
}

/**
 * A file of delimited text (RFC 4180; UTF-8 with or without a byte order mark, or UTF-16 with one; each line
 * may end in LF, CRLF or CR).
 */
export interface DelimitedFile {
  /** Absolute path. */
  readonly path: string;
  /** Its name in messages. */
  readonly name: string;
  readonly delimiter: string;
  /** Names of the columns of a file without a header; undefined when the first line has them. */
  readonly columns?: readonly string[] | undefined;
}

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError<DataErrorCode>(code, message, {hint});
}

/**
 * The error to show for an error of a stream, which began after this many lines. The parser's own error is
 * not kept as a cause, because it quotes cells.
 */
function readingError(error: unknown, file: DelimitedFile, linesBefore: number): unknown {
  if (error instanceof CsvError) {
    const line = Number(error["lines"]) + linesBefore;
    if (error.code === "CSV_MAX_RECORD_SIZE") {
      const what = `${file.name}:${line}: a row is longer than ${MAX_RECORD_CHARACTERS} characters`;
      return new CodedError<DataErrorCode>("DATA_FILE_MALFORMED", what, {
        hint: "Look for a quotation mark that is not closed, or leave out columns that are not used.",
      });
    }
    return new CodedError<DataErrorCode>(
      "DATA_FILE_MALFORMED",
      `${file.name}:${line}: is not well-formed CSV`,
      {
        hint: "Look for a quotation mark that is not closed, or a wrong delimiter.",
        data: {rule: error.code},
      },
    );
  }
  return fileError(error, file);
}

/** The decoded text of `file`, piece by piece. */
async function* textOf(file: DelimitedFile): AsyncGenerator<string> {
  const reader = createTextReader<DataErrorCode>(file.name, "DATA_FILE_ENCODING");
  let isFirst = true;
  const handle = await openUnwaiting(await spelledPath(file.path), file.name);
  // The stream closes the handle, even if it is left early.
  for await (const piece of handle.createReadStream()) {
    const bytes: Uint8Array = piece;
    if (isFirst) refuseForeignFormat(file.name, bytes);
    isFirst = false;
    yield reader.read(bytes);
  }
  reader.end();
}

/** A file's text without the line by which it names its delimiter. */
interface OpenedText {
  readonly delimiter: string;
  /** Lines before the text. */
  readonly lines: number;
  readonly text: AsyncGenerator<string>;
}

/** Removes a first line `sep=;`, which Excel writes and reads. */
async function openText(file: DelimitedFile): Promise<OpenedText> {
  const pieces = textOf(file);
  const {value: first = "", done} = await pieces.next();
  const [line, delimiter = file.delimiter] = SEPARATOR_LINE.exec(first) ?? [];
  async function* rest(): AsyncGenerator<string> {
    yield line === undefined ? first : first.slice(line.length);
    if (done !== true) yield* pieces;
  }
  return {delimiter, lines: line === undefined ? 0 : 1, text: rest()};
}

async function* records(file: DelimitedFile): AsyncGenerator<FileRecord> {
  let linesBefore = 0;
  try {
    const {delimiter, lines, text} = await openText(file);
    linesBefore = lines;
    const parser: Parser = parse({
      delimiter,
      info: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    const reading = pipeline(text, parser);
    // The iteration below meets the same failure; this only keeps it from being an unhandled rejection.
    reading.catch(() => undefined);
    for await (const {record, info} of parser as AsyncIterable<{record: string[]; info: Info}>) {
      if (record.some((cell) => cell !== "")) yield {record, line: info.lines + lines, delimiter};
    }
  } catch (error) {
    throw readingError(error, file, linesBefore);
  }
}

/** The fault of a header that lacks columns, if another delimiter finds them all. */
function delimiterFault(error: unknown, {record, delimiter}: FileRecord, wanted: readonly string[]): unknown {
  if (!isCoded(error, "DATA_COLUMN_MISSING")) return error;
  const text = record.join(delimiter);
  const fits = DELIMITERS.find((other) => {
    const names = text.split(other).map((name) => canonicalText(name.replace(/^\s*"(.*)"\s*$/, "$1")));
    return other !== delimiter && wanted.every((name) => names.includes(canonicalText(name)));
  });
  if (fits === undefined) return error;
  const shown = fits === "\t" ? "tabs" : `"${fits}"`;
  const hint = `Its columns are separated by ${shown}: say so in the task (csv.delimiter, where it has one), or save it with commas.`;
  return new CodedError<DataErrorCode>("DATA_COLUMN_MISSING", error.message, {hint});
}

/** The positions of the wanted cells in a record of `width` fields. */
interface Layout {
  readonly width: number;
  readonly positions: readonly number[];
}

function headerOf(header: FileRecord, wanted: readonly string[], name: string): number[] {
  try {
    return columnPositions(header.record, wanted, name);
  } catch (error) {
    throw delimiterFault(error, header, wanted);
  }
}

/** The `error` of a header that lacks columns; names the line below that has them, if any. */
async function misfitOf(
  error: unknown,
  below: AsyncGenerator<FileRecord>,
  wanted: readonly string[],
): Promise<unknown> {
  if (!isCoded(error, "DATA_COLUMN_MISSING")) return error;
  let seen = 0;
  for await (const {record, line} of below) {
    if (hasColumns(record, wanted)) return lowerHeader(error, line, "line");
    seen += 1;
    if (seen === MOST_ABOVE) break;
  }
  return error;
}

/** The layout by the first of the records `all`, or by the task; without any record it has no column. */
async function layoutOf(
  {columns, name}: DelimitedFile,
  all: AsyncGenerator<FileRecord>,
  wanted: readonly string[],
): Promise<Layout> {
  if (columns !== undefined)
    return {width: columns.length, positions: columnPositions(columns, wanted, name)};
  const {value: header, done} = await all.next();
  if (done === true) return {width: 0, positions: []};
  try {
    return {width: header.record.length, positions: headerOf(header, wanted, name)};
  } catch (error) {
    throw await misfitOf(error, all, wanted);
  }
}

/** The wanted cells of a record. @throws {CodedError} DATA_ROW_RAGGED, DATA_FILE_ENCODING */
function rowOf({name}: DelimitedFile, found: FileRecord, layout: Layout, index: number): TableRow {
  const {record, line} = found;
  if (record.length !== layout.width) {
    const what = `${name}:${line}: ${record.length} fields, expected ${layout.width}`;
    const hint = "Mend the row, or check the delimiter.";
    throw new CodedError<DataErrorCode>("DATA_ROW_RAGGED", what, {hint, data: {file: name}});
  }
  const cells = layout.positions.map((position) => canonicalText(at(record, position)));
  const row = {index, line, cells, columnNumbers: layout.positions.map((position) => position + 1)};
  const lost = cells.findIndex((cell) => cell.includes(LOST_CHARACTER));
  return lost === -1 ? row : refuseCell(name, row, lost, LOST);
}

/**
 * The rows of `file`, one at a time, with the cells of the `wanted` columns only. Rows with only empty cells
 * are skipped.
 * @param findings receive rows of another length, which are left out
 * @throws {CodedError} DATA_FILE_MISSING, DATA_FILE_UNREADABLE, DATA_FILE_ENCODING, DATA_FILE_UNSUPPORTED,
 *   DATA_FILE_MALFORMED, DATA_FILE_TOO_LARGE, DATA_HEADER_DUPLICATE, DATA_COLUMN_MISSING, DATA_ROW_RAGGED,
 *   DATA_TABLE_EMPTY
 */
export async function* readDelimited(
  file: DelimitedFile,
  wanted: readonly string[],
  findings: Pick<Findings, "fault"> = FIRST_FAULT,
): AsyncGenerator<TableRow> {
  const all = records(file);
  const layout = await layoutOf(file, all, wanted);
  let index = 0;
  for await (const found of all) {
    const row = attempt(findings, () => rowOf(file, found, layout, index));
    if (row !== undefined) yield row;
    index += 1;
    if (index > MAX_ROWS) {
      fail("DATA_FILE_TOO_LARGE", `${file.name}: more than ${MAX_ROWS} rows`, "Use fewer rows.");
    }
  }
  if (index === 0)
    fail("DATA_TABLE_EMPTY", `${file.name}: holds no data row`, "Check that it is the right file.");
}
