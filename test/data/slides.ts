import {mkdir} from "node:fs/promises";
import {dirname, join} from "node:path";
import {type LocatedTask, readTask} from "../../src/data/index.ts";
import {openTileFileWriter, type TileFileContent} from "../../src/data/writers/hdf5-tiles.ts";
import {folderWith} from "./workspace.ts";

/** Features of a tile in the files that {@link slideOf} makes. */
export const DIMENSION = 4;

/** A task of slides at the site `leeds`; `changes` replaces whole lines by their first word. */
function slidesTaskText(changes: Readonly<Record<string, string>>): string {
  const lines: Record<string, string> = {
    formatVersion: "1",
    kind: "slides",
    name: "msi",
    title: "MSI status",
    synthetic: "true",
    source: "made up for a test",
    sites: "{leeds: {clini: clini.csv, slides: slides.csv, features: features}}",
    columns: "{patient: PATIENT, file: FILENAME}",
    label: "{column: isMSIH, positive: [MSIH], negative: [nonMSIH]}",
    missing: '{markers: ["", NA], policy: drop-row}',
    features: featuresText(),
    split: "{type: hash, test: 0.25, validation: 0.25}",
    ...changes,
  };
  return Object.entries(lines)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

/** The line `features` of a task; `changes` replaces single keys. */
export function featuresText(changes: Readonly<Record<string, number | string | null>> = {}): string {
  const features = {
    extractor: "invented",
    dimension: DIMENSION,
    tileSizeUm: 256,
    tileSizePx: 224,
    range: "[-100, 1000]",
    tilesPerPatient: 16,
    ...changes,
  };
  const pairs = Object.entries(features).map(([key, value]) => `${key}: ${value}`);
  return `{${pairs.join(", ")}}`;
}

/** Tile `t` has the features `first + t`, `first + t + 1/8`, ...: every tile of a test can be told by its first. */
export function tileValues(tiles: number, first: number): Float32Array {
  return Float32Array.from(
    {length: tiles * DIMENSION},
    (_, index) => first + Math.floor(index / DIMENSION) + (index % DIMENSION) / 8,
  );
}

/** A slide of `tiles` tiles with the features of {@link tileValues}. */
export function slideOf(
  tiles: number,
  first: number,
  changes: Partial<TileFileContent> = {},
): TileFileContent {
  return {
    tiles,
    dimension: DIMENSION,
    features: tileValues(tiles, first),
    coordinates: Float32Array.from({length: 2 * tiles}, (_, index) => 256 * index),
    extractor: "invented",
    tileSizeUm: 256,
    tileSizePx: 224,
    ...changes,
  };
}

/** What a test's folder holds beside the task file. */
export interface SlideFolder {
  /** Text or bytes by relative path. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Tile files, by path below `features`. */
  readonly slides?: Readonly<Record<string, TileFileContent>>;
  /** Lines of the task that differ. */
  readonly changes?: Readonly<Record<string, string>>;
}

/** What `readSite` is asked for the site `leeds` of a temporary folder. */
export async function slidesWith({files, slides = {}, changes = {}}: SlideFolder): Promise<
  LocatedTask & {
    readonly site: string;
    readonly variables: Record<string, string>;
  }
> {
  const folder = await folderWith({"msi.task.yaml": slidesTaskText(changes), ...files});
  const write = await openTileFileWriter();
  for (const [name, content] of Object.entries(slides)) {
    const path = join(folder, "features", name);
    await mkdir(dirname(path), {recursive: true});
    await write(path, content);
  }
  return {...(await readTask(join(folder, "msi.task.yaml"))), site: "leeds", variables: {}};
}

/** The bytes of a .npy file of version 1.0, as numpy.save writes it. */
export function npyBytes(
  type: "<f2" | "<f4",
  shape: readonly [number, number],
  data: Uint8Array,
): Uint8Array {
  const header = npyHeader(type, shape);
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

/** What stands before the numbers of such a file. */
export function npyHeader(type: "<f2" | "<f4", [rows, width]: readonly [number, number]): Uint8Array {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${rows}, ${width}), }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new TextEncoder().encode(`..........${`${text}`.padEnd(length - 11)}\n`);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  return bytes;
}
