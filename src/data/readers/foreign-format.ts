import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";

/** A format that is mistaken for a table, and the way to make a table of it. */
interface ForeignFormat {
  readonly name: string;
  readonly hint: string;
}

const UNPACK = "Unpack it, and name the unpacked file in the task.";
const EXPORT = 'Open it and save it as .xlsx or as "CSV UTF-8", and name that file in the task.';

/** Formats by their first bytes. */
const MAGIC: readonly (readonly [readonly number[], ForeignFormat])[] = [
  [[0x1f, 0x8b], {name: "compressed by gzip", hint: UNPACK}],
  [[0x42, 0x5a, 0x68], {name: "compressed by bzip2", hint: UNPACK}],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], {name: "compressed by xz", hint: UNPACK}],
  [[0x28, 0xb5, 0x2f, 0xfd], {name: "compressed by Zstandard", hint: UNPACK}],
  [[0x37, 0x7a, 0xbc, 0xaf], {name: "a 7z archive", hint: UNPACK}],
  [[0xd0, 0xcf, 0x11, 0xe0], {name: "an old Excel file (.xls), or one with a password", hint: EXPORT}],
  [[0x25, 0x50, 0x44, 0x46], {name: "a PDF", hint: EXPORT}],
  [[0x50, 0x41, 0x52, 0x31], {name: "a Parquet file", hint: "Export it as CSV."}],
  [[0x89, 0x48, 0x44, 0x46], {name: "an HDF5 file", hint: "Name the table in its place."}],
];

const TEXT: ForeignFormat = {name: "plain text", hint: "Give its name the ending .csv, or save it as .xlsx."};

const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** Formats inside a ZIP, by a name in its first bytes. */
const ZIPPED: readonly (readonly [string, ForeignFormat])[] = [
  ["opendocument.spreadsheet", {name: "an OpenDocument table (.ods)", hint: EXPORT}],
  ["xl/", {name: "an Excel workbook", hint: "Give its name the ending .xlsx, or save it as .xlsx."}],
  ["[Content_Types].xml", {name: "an Office file", hint: "Give a workbook's name the ending .xlsx."}],
];

function beginsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function foreignFormat(head: Uint8Array): ForeignFormat | undefined {
  if (beginsWith(head, ZIP)) {
    const text = new TextDecoder("latin1").decode(head);
    const zipped = ZIPPED.find(([name]) => text.includes(name));
    return zipped?.[1] ?? {name: "a ZIP archive", hint: UNPACK};
  }
  const found = MAGIC.find(([magic]) => beginsWith(head, magic));
  if (found !== undefined) return found[1];
  const text = new TextDecoder("latin1").decode(head.subarray(0, 512)).trimStart().toLowerCase();
  const isPage = text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml");
  return isPage ? {name: "a web page or XML, whatever its name ends in", hint: EXPORT} : undefined;
}

/**
 * Refuses a file that is no .xlsx workbook, whatever its name ends in, by its first bytes.
 * @param name its name in messages
 * @throws {CodedError} DATA_FILE_UNSUPPORTED
 */
export function refuseForeignWorkbook(name: string, head: Uint8Array): void {
  if (beginsWith(head, ZIP) || head.length === 0) return;
  const format = foreignFormat(head) ?? (head.includes(0) ? undefined : TEXT);
  if (format === undefined) return;
  throw new CodedError<DataErrorCode>(
    "DATA_FILE_UNSUPPORTED",
    `${name}: is ${format.name}, no .xlsx workbook`,
    {
      hint: format.hint,
    },
  );
}

/**
 * Refuses a file that is no delimited text, by its first bytes.
 * @param name its name in messages
 * @throws {CodedError} DATA_FILE_UNSUPPORTED
 */
export function refuseForeignFormat(name: string, head: Uint8Array): void {
  const format = foreignFormat(head);
  if (format === undefined) return;
  throw new CodedError<DataErrorCode>(
    "DATA_FILE_UNSUPPORTED",
    `${name}: is ${format.name}, no delimited text`,
    {
      hint: format.hint,
    },
  );
}
