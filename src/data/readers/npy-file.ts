import type {FileHandle} from "node:fs/promises";
import {at, CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {FLOAT_BYTES, type FloatFormat, floatRows} from "./float-rows.ts";
import {openFile} from "./open-file.ts";
import {type RowSpan, rowSpans} from "./row-spans.ts";
import type {TileFile, TileFileAddress} from "./tile-file.ts";

const MAGIC = "\x93NUMPY";
const PREFIX_BYTES = 12;
const MAX_HEADER_BYTES = 65_536;
const FORMATS: Readonly<Record<string, FloatFormat>> = {"<f2": "f16", "<f4": "f32", "<f8": "f64"};

/** The content of the header of a .npy file. */
interface NpyHeader {
  readonly format: FloatFormat;
  readonly rows: number;
  readonly width: number;
  /** Position of the first number, in bytes. */
  readonly offsetBytes: number;
}

function fail(code: DataErrorCode, {name}: TileFileAddress, what: string, hint: string): never {
  throw new CodedError(code, `${name}: ${what}`, {hint});
}

function unreadable(address: TileFileAddress, what: string): never {
  fail("DATA_TILES_UNREADABLE", address, what, "Write the file again with numpy.save, or copy it once more.");
}

function unsupported(address: TileFileAddress, what: string): never {
  const hint = "Save a C-ordered array [tiles, features] of float16, float32 or float64 with numpy.save.";
  fail("DATA_TILES_UNSUPPORTED", address, what, hint);
}

/** Fills `into` from `position`; false if the file ends before that, or cannot be read. */
async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<boolean> {
  let done = 0;
  while (done < into.length) {
    const rest = into.length - done;
    const read = await handle.read(into, done, rest, position + done).catch(() => undefined);
    if (read === undefined || read.bytesRead === 0) return false;
    done += read.bytesRead;
  }
  return true;
}

/** Length and start of the header's text, for the versions 1.0 to 3.0 of the format. */
function headerPlace(prefix: Uint8Array): {readonly start: number; readonly length: number} | undefined {
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  if (String.fromCharCode(...prefix.subarray(0, MAGIC.length)) !== MAGIC) return undefined;
  const major = at(prefix, MAGIC.length);
  if (major === 1) return {start: 10, length: view.getUint16(8, true)};
  return major === 2 || major === 3 ? {start: PREFIX_BYTES, length: view.getUint32(8, true)} : undefined;
}

/** Rows and width of the shape in a header, such as `1200, 512`; undefined for any other number of axes. */
function parseShape(header: string): {readonly rows: number; readonly width: number} | undefined {
  const [, text] = /'shape': \(([^)]*)\)/.exec(header) ?? [];
  const [, rows, width] = text === undefined ? [] : (/^(\d+), *(\d+),?$/.exec(text.trim()) ?? []);
  return Number(width) > 0 ? {rows: Number(rows), width: Number(width)} : undefined;
}

/** The name of a type, unless the header has something else in its place. */
function typeText(type: string | undefined): string {
  return type !== undefined && /^[<>=|][A-Za-z]\d{0,4}$/.test(type) ? ` but of ${type}` : "";
}

function parseHeader(text: string, offsetBytes: number, address: TileFileAddress): NpyHeader {
  const [, type] = /'descr': '([^']*)'/.exec(text) ?? [];
  const [, order] = /'fortran_order': (True|False)/.exec(text) ?? [];
  const format = type !== undefined && Object.hasOwn(FORMATS, type) ? FORMATS[type] : undefined;
  if (format === undefined)
    return unsupported(address, `is not an array of little-endian floats${typeText(type)}`);
  if (order !== "False") return unsupported(address, "is not in C order");
  const shape = parseShape(text);
  if (shape === undefined) return unsupported(address, "does not have the shape [tiles, features]");
  return {format, ...shape, offsetBytes};
}

async function readHeader(handle: FileHandle, address: TileFileAddress): Promise<NpyHeader> {
  const prefix = new Uint8Array(PREFIX_BYTES);
  const place = (await readFully(handle, prefix, 0)) ? headerPlace(prefix) : undefined;
  if (place === undefined || place.length > MAX_HEADER_BYTES) unreadable(address, "is not a .npy file");
  const text = new Uint8Array(place.length);
  if (!(await readFully(handle, text, place.start))) unreadable(address, "is cut off");
  return parseHeader(new TextDecoder().decode(text), place.start + place.length, address);
}

function checkSize(sizeBytes: number, header: NpyHeader, address: TileFileAddress): void {
  const {format, rows, width, offsetBytes} = header;
  if (sizeBytes < offsetBytes + rows * width * FLOAT_BYTES[format]) unreadable(address, "is cut off");
}

function absent({name}: TileFileAddress): CodedError<DataErrorCode> {
  return new CodedError("DATA_FILE_MISSING", `${name}: no such file`, {
    hint: "Check root and sites in the task.",
  });
}

function tilesOf(handle: FileHandle, header: NpyHeader, address: TileFileAddress): TileFile {
  const {format, rows, width, offsetBytes} = header;
  const rowBytes = width * FLOAT_BYTES[format];
  const readSpan = async ({first, end}: RowSpan): Promise<Uint8Array> => {
    const bytes = new Uint8Array((end - first) * rowBytes);
    if (!(await readFully(handle, bytes, offsetBytes + first * rowBytes))) unreadable(address, "is cut off");
    return bytes;
  };
  return {
    tiles: rows,
    dimension: width,
    facts: {extractor: null, tileSizeUm: null, tileSizePx: null},
    hasStrayCoordinates: false,
    async read(wanted, into) {
      for (const span of rowSpans(wanted, {rows, rowBytes, chunkRows: 1})) {
        const copyRow = floatRows(await readSpan(span), format, width);
        for (let position = span.from; position < span.to; position++) {
          const target = into.subarray(position * width, (position + 1) * width);
          copyRow(at(wanted, position) - span.first, target);
        }
      }
    },
    coordinates: async () => null,
    close: () => handle.close(),
  };
}

/**
 * Opens the .npy file of a matrix `[tiles, features]` of float16, float32 or float64, little-endian, in C
 * order.
 * @throws {CodedError} DATA_FILE_MISSING, DATA_FILE_UNREADABLE, DATA_TILES_UNREADABLE, DATA_TILES_UNSUPPORTED
 * @see numpy.lib.format, versions 1.0 to 3.0
 */
export async function openNpyFile(address: TileFileAddress): Promise<TileFile> {
  const {handle, sizeBytes} = await openFile(address, () => absent(address));
  try {
    const header = await readHeader(handle, address);
    checkSize(sizeBytes, header, address);
    return tilesOf(handle, header, address);
  } catch (error) {
    await handle.close();
    throw error;
  }
}
