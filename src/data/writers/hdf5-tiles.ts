import {readFile, writeFile} from "node:fs/promises";
import {unwritable} from "./unwritable.ts";

/** The content of a tile file; the arrays are only read. */
export interface TileFileContent {
  readonly tiles: number;
  readonly dimension: number;
  /** Shape `[tiles, dimension]`. */
  readonly features: Float32Array;
  /** Upper left corner of each tile in micrometres, shape `[tiles, 2]`. */
  readonly coordinates: Float32Array;
  /** The program that made the features from the tiles' pixels. */
  readonly extractor: string;
  readonly tileSizeUm: number;
  readonly tileSizePx: number;
}

/** Writes one tile file, or replaces it. */
export type TileFileWriter = (path: string, content: TileFileContent) => Promise<void>;

type Hdf5 = typeof import("h5wasm/node");

/** A file whose arrays lie at known places; files that differ only in their arrays are copies of it. */
interface Template {
  readonly bytes: Uint8Array;
  readonly featuresAt: number;
  readonly coordinatesAt: number;
}

/** Placeholders for the values in a template's arrays; no header holds either four times in a row. */
const FEATURES_STAND_IN = -1.2345e33;
const COORDINATES_STAND_IN = -5.4321e33;

const bytesOf = ({buffer, byteOffset, byteLength}: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function writeThroughLibrary({File}: Hdf5, path: string, content: TileFileContent): void {
  const file = new File(path, "w");
  try {
    const {tiles, dimension, features, coordinates} = content;
    file.create_dataset({name: "feats", data: features, shape: [tiles, dimension], dtype: "<f"});
    file.create_dataset({name: "coords", data: coordinates, shape: [tiles, 2], dtype: "<f"});
    file.create_attribute("extractor", content.extractor);
    file.create_attribute("unit", "um");
    file.create_attribute("tile_size_um", content.tileSizeUm, null, "<d");
    file.create_attribute("tile_size_px", content.tileSizePx, null, "<i");
    file.create_attribute("feat_type", "tile");
  } finally {
    file.close();
  }
}

async function makeTemplate(hdf5: Hdf5, path: string, content: TileFileContent): Promise<Template> {
  const features = new Float32Array(content.features.length).fill(FEATURES_STAND_IN);
  const coordinates = new Float32Array(content.coordinates.length).fill(COORDINATES_STAND_IN);
  writeThroughLibrary(hdf5, path, {...content, features, coordinates});
  const file = await readFile(path);
  return {
    bytes: new Uint8Array(file),
    featuresAt: file.indexOf(bytesOf(features)),
    coordinatesAt: file.indexOf(bytesOf(coordinates)),
  };
}

/**
 * Loads the HDF5 library, which takes some tenths of a second, and returns the function that writes STAMP
 * tile files: the datasets `feats` (float32; the library cannot write STAMP's own float16) and `coords`, both
 * contiguous, and the attributes extractor, unit, tile_size_um, tile_size_px and feat_type. The library
 * writes the first file of each shape; the others are copies with their own values, which takes a hundredth
 * of the time. Both arrays must hold at least one value. The function throws DATA_FILE_UNWRITABLE.
 */
export async function openTileFileWriter(): Promise<TileFileWriter> {
  const hdf5 = await import("h5wasm/node");
  const library = await hdf5.ready;
  // Without it a failure is printed and the library goes on.
  library.activate_throwing_error_handler();
  const templates = new Map<string, Template>();
  return async (path, content) => {
    const {features, coordinates, ...shape} = content;
    const key = JSON.stringify(shape);
    try {
      const template = templates.get(key) ?? (await makeTemplate(hdf5, path, content));
      templates.set(key, template);
      const bytes = template.bytes.slice();
      bytes.set(bytesOf(features), template.featuresAt);
      bytes.set(bytesOf(coordinates), template.coordinatesAt);
      await writeFile(path, bytes);
    } catch (error) {
      throw unwritable(path, error);
    }
  };
}
