import {stat} from "node:fs/promises";
import type {Dataset, File} from "h5wasm/node";
import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import type {TileFileAddress} from "./tile-file.ts";

type Library = typeof import("h5wasm/node");
type Module = Awaited<Library["ready"]>;

/** A dataset of numbers in an open HDF5 file. */
export interface Hdf5Dataset {
  readonly shape: readonly number[];
  readonly isFloat: boolean;
  /** Bytes of one number. */
  readonly numberBytes: number;
  /** Rows of a chunk; 1 for a dataset that is not chunked. */
  readonly chunkRows: number;
  /** The rows `first` to `end` - 1 as they are stored, little-endian; owned by the caller. */
  readBytes(first: number, end: number): Uint8Array;
  /** The rows `first` to `end` - 1 as numbers of at least 4 bytes each, row after row; owned by the caller. */
  readNumbers(first: number, end: number): Float64Array;
}

/** An open HDF5 file; every method throws DATA_TILES_UNREADABLE where the file is damaged. */
export interface Hdf5File {
  /** The dataset of that name at the root, or undefined. */
  dataset(name: string): Hdf5Dataset | undefined;
  /** The text of a root attribute, or null where it is absent or no text. */
  text(name: string): string | null;
  /** The number of a root attribute, or null where it is absent or not one number. */
  number(name: string): number | null;
  close(): void;
}

let loading: Promise<Library> | undefined;

/** The HDF5 library, loaded when the first file is opened: nodes that read tables never pay for it. */
async function hdf5Library(): Promise<Library> {
  loading ??= import("h5wasm/node").then(async (library) => {
    const module = await library.ready;
    // Else the library writes its errors, with paths in them, to the standard error stream.
    module.activate_throwing_error_handler();
    return library;
  });
  return loading;
}

function unreadable({name}: TileFileAddress): CodedError {
  return new CodedError<DataErrorCode>("DATA_TILES_UNREADABLE", `${name}: cannot be read as HDF5`, {
    hint: "It is damaged or not HDF5: copy the file once more, or extract the slide's features again.",
  });
}

/** What `action` gives; the library's own errors quote paths, so they are neither passed on nor kept. */
function guarded<Result>(address: TileFileAddress, action: () => Result | null): Result {
  let result: Result | null = null;
  try {
    result = action();
  } catch {
    // The library throws whatever it likes; what is wrong is told below.
  }
  if (result === null) throw unreadable(address);
  return result;
}

/** Rows `first` to `end` as they lie in the file; null when the library cannot give them. */
function rawRows(
  library: Module,
  dataset: Dataset,
  [first, end]: readonly [number, number],
): Uint8Array | null {
  const {shape, size} = dataset.metadata;
  const inner = (shape ?? []).slice(1);
  const sizeBytes = inner.reduce((product, length) => product * length, (end - first) * size);
  const pointer = library._malloc(sizeBytes);
  if (pointer === 0) return null;
  try {
    const count = [end - first, ...inner].map(BigInt);
    const offset = [first, ...inner.map(() => 0)].map(BigInt);
    const stride = count.map(() => 1n);
    const target = BigInt(pointer);
    const status = library.get_dataset_data(dataset.file_id, dataset.path, count, offset, stride, target);
    return status < 0 ? null : library.HEAPU8.slice(pointer, pointer + sizeBytes);
  } finally {
    library._free(pointer);
  }
}

function datasetOf(library: Library, dataset: Dataset, address: TileFileAddress): Hdf5Dataset {
  const {shape, size, type, chunks} = dataset.metadata;
  return {
    shape: shape ?? [],
    isFloat: type === library.Module.H5T_class_t.H5T_FLOAT.value,
    numberBytes: size,
    chunkRows: Math.max(1, chunks?.[0] ?? 1),
    readBytes: (first, end) => guarded(address, () => rawRows(library.Module, dataset, [first, end])),
    readNumbers: (first, end) =>
      guarded(address, () => {
        const values = dataset.slice([[first, end]]);
        if (!ArrayBuffer.isView(values)) return null;
        return Float64Array.from<number | bigint>(values, Number);
      }),
  };
}

function numberOf(value: unknown): number | null {
  const single: unknown = ArrayBuffer.isView(value) && "0" in value ? value[0] : value;
  return typeof single === "number" || typeof single === "bigint" ? Number(single) : null;
}

function fileOf(library: Library, file: File, address: TileFileAddress): Hdf5File {
  const attributes = guarded(address, () => file.attrs);
  const attribute = (name: string): unknown => guarded(address, () => attributes[name]?.value ?? undefined);
  return {
    dataset: (name) =>
      guarded(address, () => {
        const found = file.keys().includes(name) ? file.get(name) : null;
        return found instanceof library.Dataset ? datasetOf(library, found, address) : undefined;
      }),
    text(name) {
      const value = attribute(name);
      return typeof value === "string" ? value : null;
    },
    number: (name) => numberOf(attribute(name)),
    close: () => {
      file.close();
    },
  };
}

/**
 * Opens an HDF5 file for reading.
 * @throws {CodedError} DATA_SLIDE_MISSING, DATA_TILES_UNREADABLE
 */
export async function openHdf5(address: TileFileAddress): Promise<Hdf5File> {
  const found = await stat(address.path).catch(() => undefined);
  if (found?.isFile() !== true) {
    const hint = "Check the slide table and the features folder; a slide without features gets no row there.";
    throw new CodedError<DataErrorCode>("DATA_SLIDE_MISSING", `${address.name}: no such file`, {hint});
  }
  const library = await hdf5Library();
  return guarded(address, () => fileOf(library, new library.File(address.path, "r"), address));
}
