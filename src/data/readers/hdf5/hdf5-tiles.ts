import {at, CodedError} from "../../../core/index.ts";
import type {DataErrorCode} from "../../errors.ts";
import {FLOAT_BYTES, type FloatFormat, floatRows} from "../float-rows.ts";
import {type RowLayout, rowSpans} from "../row-spans.ts";
import type {TileFacts, TileFile, TileFileAddress} from "../tile-file.ts";
import {type Hdf5File, openHdf5} from "./hdf5-file.ts";
import type {Hdf5Description} from "./hdf5-protocol.ts";

/** Filters that the library has: deflate, shuffle, Fletcher32, n-bit, scale-offset. */
const KNOWN: readonly number[] = [1, 2, 3, 5, 6];

/** @see https://github.com/HDFGroup/hdf5_plugins/blob/master/docs/RegisteredFilterPlugins.md */
const NAMES: Readonly<Record<number, string>> = {
  4: "szip",
  305: "LZO",
  307: "bzip2",
  32_000: "LZF",
  32_001: "Blosc",
  32_004: "LZ4",
  32_008: "bitshuffle",
  32_013: "ZFP",
  32_015: "Zstandard",
  32_017: "SZ",
  32_024: "SZ3",
  32_026: "Blosc2",
};

/** Names of those of `filters` that cannot be undone here, whether or not they were applied to any chunk. */
function unknownFilters(filters: readonly number[]): string[] {
  return filters.filter((id) => !KNOWN.includes(id)).map((id) => NAMES[id] ?? `HDF5 filter ${id}`);
}

/** Names of the features' dataset: STAMP and marugoto, CLAM and TRIDENT, older STAMP. */
const FEATURES = ["feats", "features", "patch_embeddings"] as const;
const COORDINATES = "coords";
const AUGMENTED = "augmented";

/** Attributes of the root or of the features that name the extractor: STAMP and marugoto, TRIDENT. */
const EXTRACTORS = ["extractor", "encoder", "patch_encoder"] as const;
const ATTRIBUTES = [...EXTRACTORS, "feat_type", "unit", "tile_size_um", "tile_size", "tile_size_px"];

/** Most tiles of a slide; the largest slides at 40x have some hundred thousand. */
const MAX_TILES = 2 ** 24;

/** Most bytes that must be read at once: a chunk, or the rows of one row of chunks. */
const MAX_CHUNK_BYTES = 256 * 2 ** 20;

/** Most bytes for which a byte of a file can stand: deflate reaches 1,032. */
const MAX_COMPRESSION = 1_032;

function unsupported({name}: TileFileAddress, what: string, hint?: string): never {
  throw new CodedError<DataErrorCode>("DATA_TILES_UNSUPPORTED", `${name}: ${what}`, {
    hint: hint ?? "Extract one vector a tile with STAMP, marugoto, CLAM or TRIDENT.",
  });
}

const ONE_FILE = "Write the values into the file itself; no other file is read.";

/** Rows of a chunk; 1 for a dataset that is not chunked. */
const chunkRowsOf = ({chunks}: Hdf5Description): number => Math.max(1, chunks?.[0] ?? 1);

const productOf = (numbers: readonly number[]): number =>
  numbers.reduce((product, number) => product * number, 1);

/** The dataset of the features. */
interface Features {
  readonly name: string;
  readonly dataset: Hdf5Description;
  readonly format: FloatFormat;
  readonly dimension: number;
  readonly layout: RowLayout;
}

/** Refuses data that lie in other files, or are packed in an unknown way. */
function checkStorage(what: string, {storage, filters}: Hdf5Description, address: TileFileAddress): void {
  if (storage === "external" || storage === "virtual") {
    const source =
      storage === "external" ? "lies outside the file (external storage)" : "is a virtual dataset";
    unsupported(address, `${what} ${source}`, ONE_FILE);
  }
  const unknown = unknownFilters(filters);
  if (unknown.length === 0) return;
  const hint = "Rewrite it where the filter is installed: h5repack -f GZIP=4 in.h5 out.h5.";
  unsupported(
    address,
    `${what} is compressed with ${unknown.join(", ")}, a filter that is not known here`,
    hint,
  );
}

/** Refuses data that take too much memory at once, or are more than the file can hold. */
function checkBytes(
  what: string,
  dataset: Hdf5Description,
  sizeBytes: number,
  address: TileFileAddress,
): void {
  const {shape, chunks, numberBytes} = dataset;
  const [rows = 0, ...inner] = shape;
  const rowBytes = productOf(inner) * numberBytes;
  const chunkBytes = productOf(chunks ?? [1]) * numberBytes;
  const chunkRowBytes = Math.min(rows, chunkRowsOf(dataset)) * rowBytes;
  if (Math.max(chunkBytes, chunkRowBytes) > MAX_CHUNK_BYTES) {
    const hint = "Rewrite it in smaller chunks: h5repack -l CHUNK=256xFEATURES in.h5 out.h5.";
    unsupported(address, `${what} is kept in chunks of more than ${MAX_CHUNK_BYTES / 2 ** 20} MiB`, hint);
  }
  if (rows <= MAX_TILES && rows * rowBytes <= MAX_COMPRESSION * sizeBytes) return;
  throw new CodedError<DataErrorCode>(
    "DATA_TILES_UNREADABLE",
    `${address.name}: ${what} says that it has ${rows} rows, more than a file of ${sizeBytes} bytes can hold`,
    {hint: "Copy the file once more, or extract the slide's features again."},
  );
}

function datasetOf(file: Hdf5File, name: string, address: TileFileAddress): Hdf5Description | undefined {
  const entry = file.contents.entries[name];
  if (entry === undefined) return undefined;
  if (entry.kind === "link") {
    unsupported(address, `its dataset ${name} is a link that leads out of the file`, ONE_FILE);
  }
  if (entry.kind === "group") unsupported(address, `its ${name} is a group, not a dataset`);
  checkStorage(`its dataset ${name}`, entry, address);
  checkBytes(`its dataset ${name}`, entry, file.sizeBytes, address);
  return entry;
}

function featuresOf(file: Hdf5File, address: TileFileAddress): Features {
  const level = file.contents.texts["feat_type"] ?? "tile";
  if (level !== "tile") unsupported(address, "holds features of whole slides or patients, not of tiles");
  const [name, other] = FEATURES.filter((known) => file.contents.entries[known] !== undefined);
  if (other !== undefined) {
    const hint =
      "Keep the one that the task's extractor made: delete the other, or extract the features again.";
    unsupported(
      address,
      `has both ${name} and ${other}, and does not say which are the tiles' features`,
      hint,
    );
  }
  const dataset = name === undefined ? undefined : datasetOf(file, name, address);
  if (name === undefined || dataset === undefined) {
    return unsupported(address, `has no dataset ${FEATURES.join(", ")}`);
  }
  return {name, dataset, ...matrixOf(dataset, address)};
}

/** Format and shape of the features. */
function matrixOf(
  dataset: Hdf5Description,
  address: TileFileAddress,
): Pick<Features, "format" | "dimension" | "layout"> {
  const [rows = 0, dimension = 0] = dataset.shape;
  if (dataset.shape.length !== 2 || dimension === 0) {
    unsupported(address, "its features do not have the shape [tiles, features]");
  }
  const {format, name: typeName} = dataset.type;
  if (format === null) {
    const hint = "Save them as float16 or float32.";
    return unsupported(address, `its features are ${typeName}, not float16, float32 or float64`, hint);
  }
  const rowBytes = dimension * FLOAT_BYTES[format];
  return {format, dimension, layout: {rows, rowBytes, chunkRows: chunkRowsOf(dataset)}};
}

/** Number in the dataset of each tile that marugoto did not make by augmentation; null if it made none so. */
async function usableRows(
  file: Hdf5File,
  rows: number,
  address: TileFileAddress,
): Promise<Uint32Array | null> {
  const augmented = datasetOf(file, AUGMENTED, address);
  if (augmented === undefined) return null;
  if (augmented.shape.length !== 1 || augmented.shape[0] !== rows || augmented.numberBytes !== 1) {
    unsupported(address, "its dataset augmented is not one truth value a tile");
  }
  const flags = await file.readBytes(AUGMENTED, 0, rows);
  return Uint32Array.from({length: rows}, (_, row) => row).filter((row) => flags[row] === 0);
}

function factsOf({contents: {texts, numbers}}: Hdf5File, {dataset}: Features): TileFacts {
  const named = EXTRACTORS.map((name) => texts[name] ?? dataset.texts[name]);
  // STAMP before version 2 wrote tile_size and its unit.
  const older = texts["unit"] === "um" ? numbers["tile_size"] : undefined;
  return {
    extractor: named.find((name) => name !== undefined) ?? null,
    tileSizeUm: numbers["tile_size_um"] ?? older ?? null,
    tileSizePx: numbers["tile_size_px"] ?? null,
  };
}

async function readFeatures(
  file: Hdf5File,
  {name, format, dimension, layout}: Features,
  wanted: Uint32Array,
  into: Float32Array,
): Promise<void> {
  for (const span of rowSpans(wanted, layout)) {
    const copyRow = floatRows(await file.readBytes(name, span.first, span.end), format, dimension);
    for (let position = span.from; position < span.to; position++) {
      const target = into.subarray(position * dimension, (position + 1) * dimension);
      copyRow(at(wanted, position) - span.first, target);
    }
  }
}

async function readCoordinates(
  file: Hdf5File,
  coords: Hdf5Description,
  wanted: Uint32Array,
): Promise<Float64Array> {
  const places = new Float64Array(2 * wanted.length);
  const layout = {rows: at(coords.shape, 0), rowBytes: 16, chunkRows: chunkRowsOf(coords)};
  for (const span of rowSpans(wanted, layout)) {
    const numbers = await file.readNumbers(COORDINATES, span.first, span.end);
    for (let position = span.from; position < span.to; position++) {
      const start = 2 * (at(wanted, position) - span.first);
      places.set(numbers.subarray(start, start + 2), 2 * position);
    }
  }
  return places;
}

async function tilesOf(file: Hdf5File, address: TileFileAddress): Promise<TileFile> {
  const features = featuresOf(file, address);
  const {rows} = features.layout;
  const usable = await usableRows(file, rows, address);
  const coords = datasetOf(file, COORDINATES, address);
  const stored = (wanted: Uint32Array): Uint32Array =>
    // A file that was replaced meanwhile may have fewer tiles: the row after its last cannot be read.
    usable === null ? wanted : wanted.map((row) => usable[row] ?? rows);
  const arePlaces = coords?.shape.length === 2 && coords.shape[0] === rows && coords.shape[1] === 2;
  return {
    tiles: usable?.length ?? rows,
    dimension: features.dimension,
    facts: factsOf(file, features),
    hasStrayCoordinates: coords !== undefined && !arePlaces,
    read: (wanted, into) => readFeatures(file, features, stored(wanted), into),
    coordinates: async (wanted) =>
      coords === undefined || !arePlaces ? null : readCoordinates(file, coords, stored(wanted)),
    close: () => file.close(),
  };
}

/**
 * Opens the .h5 file of a slide's tiles, in the layout of STAMP (`feats`, float16 or float32), marugoto
 * (`feats`; rows marked in `augmented` are left out), CLAM and TRIDENT (`features`) or `patch_embeddings`.
 * @throws {CodedError} DATA_SLIDE_MISSING, DATA_FILE_UNREADABLE, DATA_TILES_UNREADABLE,
 *   DATA_TILES_UNSUPPORTED
 */
export async function openHdf5Tiles(address: TileFileAddress): Promise<TileFile> {
  const datasets = [...FEATURES, COORDINATES, AUGMENTED];
  const file = await openHdf5(address, {datasets, attributes: ATTRIBUTES});
  try {
    return await tilesOf(file, address);
  } catch (error) {
    await file.close();
    throw error;
  }
}
