import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import {FLOAT_BYTES, type FloatFormat, floatRows} from "./float-rows.ts";
import {type Hdf5Dataset, type Hdf5File, openHdf5} from "./hdf5-file.ts";
import {type RowLayout, rowSpans} from "./row-spans.ts";
import type {TileFacts, TileFile, TileFileAddress} from "./tile-file.ts";

/** Names of the features' dataset: STAMP and marugoto, CLAM and TRIDENT, older STAMP. */
const FEATURES = ["feats", "features", "patch_embeddings"] as const;

/** By bytes of a number. */
const FORMATS: Readonly<Record<number, FloatFormat>> = {2: "f16", 4: "f32", 8: "f64"};

function unsupported({name}: TileFileAddress, what: string): never {
  throw new CodedError<DataErrorCode>("DATA_TILES_UNSUPPORTED", `${name}: ${what}`, {
    hint: "Extract one vector a tile with STAMP, marugoto, CLAM or TRIDENT.",
  });
}

/** What the features' dataset holds. */
interface Features {
  readonly dataset: Hdf5Dataset;
  readonly format: FloatFormat;
  readonly dimension: number;
  readonly layout: RowLayout;
}

function featuresOf(file: Hdf5File, address: TileFileAddress): Features {
  const level = file.text("feat_type") ?? "tile";
  if (level !== "tile") unsupported(address, "holds features of whole slides or patients, not of tiles");
  const dataset = FEATURES.map((name) => file.dataset(name)).find((found) => found !== undefined);
  if (dataset === undefined) return unsupported(address, `has no dataset ${FEATURES.join(", ")}`);
  const [rows = 0, dimension = 0] = dataset.shape;
  if (dataset.shape.length !== 2 || dimension === 0) {
    unsupported(address, "its features do not have the shape [tiles, features]");
  }
  const format = dataset.isFloat ? FORMATS[dataset.numberBytes] : undefined;
  if (format === undefined) return unsupported(address, "its features are not float16, float32 or float64");
  const layout = {rows, rowBytes: dimension * FLOAT_BYTES[format], chunkRows: dataset.chunkRows};
  return {dataset, format, dimension, layout};
}

/** Number in the dataset of each tile that marugoto did not make by augmentation; null where there is none such. */
function usableRows(file: Hdf5File, rows: number, address: TileFileAddress): Uint32Array | null {
  const augmented = file.dataset("augmented");
  if (augmented === undefined) return null;
  if (augmented.shape.length !== 1 || augmented.shape[0] !== rows || augmented.numberBytes !== 1) {
    unsupported(address, "its dataset augmented is not one truth value a tile");
  }
  const flags = augmented.readBytes(0, rows);
  return Uint32Array.from({length: rows}, (_, row) => row).filter((row) => flags[row] === 0);
}

function factsOf(file: Hdf5File): TileFacts {
  const micrometres = file.number("tile_size_um");
  // STAMP before version 2 wrote tile_size and its unit.
  const older = file.text("unit") === "um" ? file.number("tile_size") : null;
  return {
    extractor: file.text("extractor"),
    tileSizeUm: micrometres ?? older,
    tileSizePx: file.number("tile_size_px"),
  };
}

function readFeatures(
  {dataset, format, dimension, layout}: Features,
  wanted: Uint32Array,
  into: Float32Array,
) {
  for (const span of rowSpans(wanted, layout)) {
    const copyRow = floatRows(dataset.readBytes(span.first, span.end), format, dimension);
    for (let position = span.from; position < span.to; position++) {
      const target = into.subarray(position * dimension, (position + 1) * dimension);
      copyRow((wanted[position] ?? 0) - span.first, target);
    }
  }
}

function readCoordinates(coords: Hdf5Dataset, wanted: Uint32Array): Float64Array {
  const places = new Float64Array(2 * wanted.length);
  const layout = {rows: coords.shape[0] ?? 0, rowBytes: 16, chunkRows: coords.chunkRows};
  for (const span of rowSpans(wanted, layout)) {
    const numbers = coords.readNumbers(span.first, span.end);
    for (let position = span.from; position < span.to; position++) {
      const start = 2 * ((wanted[position] ?? 0) - span.first);
      places.set(numbers.subarray(start, start + 2), 2 * position);
    }
  }
  return places;
}

function tilesOf(file: Hdf5File, address: TileFileAddress): TileFile {
  const features = featuresOf(file, address);
  const {rows} = features.layout;
  const usable = usableRows(file, rows, address);
  const stored = (wanted: Uint32Array): Uint32Array =>
    usable === null ? wanted : wanted.map((row) => usable[row] ?? rows);
  return {
    tiles: usable?.length ?? rows,
    dimension: features.dimension,
    facts: factsOf(file),
    async read(wanted, into) {
      readFeatures(features, stored(wanted), into);
    },
    async coordinates(wanted) {
      const coords = file.dataset("coords");
      const isPlaces = coords?.shape.length === 2 && coords.shape[0] === rows && coords.shape[1] === 2;
      return coords === undefined || !isPlaces ? null : readCoordinates(coords, stored(wanted));
    },
    async close() {
      file.close();
    },
  };
}

/**
 * Opens the .h5 file of a slide's tiles, in the layout of STAMP (`feats`, float16 or float32), marugoto (`feats`;
 * rows marked in `augmented` are left out), CLAM and TRIDENT (`features`) or `patch_embeddings`.
 * @throws {CodedError} DATA_SLIDE_MISSING, DATA_TILES_UNREADABLE, DATA_TILES_UNSUPPORTED
 */
export async function openHdf5Tiles(address: TileFileAddress): Promise<TileFile> {
  const file = await openHdf5(address);
  try {
    return tilesOf(file, address);
  } catch (error) {
    file.close();
    throw error;
  }
}
