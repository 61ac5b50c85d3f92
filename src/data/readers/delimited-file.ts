import {createReadStream} from "node:fs";
import {pipeline} from "node:stream/promises";
import {CsvError, type Info, type Parser, parse} from "csv-parse";
import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {columnPositions, type TableRow} from "./table-header.ts";

/** Longest row, so that a stray quote does not read a whole file into memory. */
const MAX_RECORD_CHARACTERS = 1_000_000;

/** A file of delimited text (RFC 4180; UTF-8 with or without a byte order mark; LF or CRLF). */
export interface DelimitedFile {
  /** Absolute path. */
  readonly path: string;
  /** What messages call the file. */
  readonly name: string;
  readonly delimiter: string;
  /** Names of the columns of a file without a header; undefined when the first line has them. */
  readonly columns?: readonly string[] | undefined;
}

function fail(code: DataErrorCode, message: string, hint: string): never {
  throw new CodedError<DataErrorCode>(code, message, {hint});
}

/**
 * The error to show for what a stream threw. The parser's own error is not kept as a cause: it quotes cells.
 */
function readingError(error: unknown, file: DelimitedFile): unknown {
  if (error instanceof CsvError) {
    const line = String(error["lines"]);
    return new CodedError<DataErrorCode>(
      "DATA_FILE_MALFORMED",
      `${file.name}:${line}: is not well-formed CSV`,
      {
        hint: "Look for a quotation mark that is not closed, or a wrong delimiter.",
        data: {rule: error.code},
      },
    );
  }
  if (!(error instanceof Error) || !("code" in error) || error instanceof CodedError) return error;
  if (error.code === "ENOENT" || error.code === "ENOTDIR") {
    return new CodedError<DataErrorCode>("DATA_FILE_MISSING", `${file.name}: no such file (${file.path})`, {
      hint: "Check root and file in the task.",
    });
  }
  return new CodedError<DataErrorCode>(
    "DATA_FILE_UNREADABLE",
    `${file.name}: cannot be read (${String(error.code)})`,
    {
      hint: `Check that ${file.path} is a file that this user may read.`,
      cause: error,
    },
  );
}

async function* records(file: DelimitedFile): AsyncGenerator<{record: string[]; info: Info}> {
  const parser: Parser = parse({
    bom: true,
    delimiter: file.delimiter,
    info: true,
    max_record_size: MAX_RECORD_CHARACTERS,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  const reading = pipeline(createReadStream(file.path), parser);
  // The iteration below meets the same failure; this only keeps it from being an unhandled rejection.
  reading.catch(() => undefined);
  try {
    yield* parser;
  } catch (error) {
    throw readingError(error, file);
  }
}

/**
 * The rows of `file`, one at a time, with the cells of the `wanted` columns only.
 * @throws {CodedError} DATA_FILE_MISSING, DATA_FILE_UNREADABLE, DATA_FILE_MALFORMED, DATA_HEADER_DUPLICATE,
 * DATA_COLUMN_MISSING, DATA_ROW_RAGGED, DATA_TABLE_EMPTY
 */
export async function* readDelimited(
  file: DelimitedFile,
  wanted: readonly string[],
): AsyncGenerator<TableRow> {
  let width = file.columns?.length ?? 0;
  let positions = file.columns === undefined ? undefined : columnPositions(file.columns, wanted, file.name);
  let index = 0;
  for await (const {record, info} of records(file)) {
    if (positions === undefined) {
      positions = columnPositions(record, wanted, file.name);
      width = record.length;
      continue;
    }
    if (record.length !== width) {
      fail(
        "DATA_ROW_RAGGED",
        `${file.name}:${info.lines}: ${record.length} fields, expected ${width}`,
        "Mend the row, or check the delimiter.",
      );
    }
    const cells = positions.map((position) => record[position] ?? "");
    yield {index, line: info.lines, cells, columnNumbers: positions.map((position) => position + 1)};
    index += 1;
  }
  if (index === 0)
    fail("DATA_TABLE_EMPTY", `${file.name}: holds no data row`, "Check that it is the right file.");
}
