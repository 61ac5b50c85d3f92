import {readSync} from "node:fs";
import type {Attribute, Dataset, File} from "h5wasm";
import {datasetHeader, type ReadBytes} from "./hdf5-header.ts";
import type {
  Hdf5Answer,
  Hdf5Attributes,
  Hdf5Contents,
  Hdf5Entry,
  Hdf5Question,
  Hdf5Request,
  WorkerFile,
} from "./hdf5-protocol.ts";

type Library = typeof import("h5wasm");
type Module = Awaited<Library["ready"]>;

/** Most bytes of an attribute that is read. */
const MAX_ATTRIBUTE_BYTES = 65_536;
/** The error number of the library's file system for an invalid argument. */
const EINVAL = 28;

/** The parts of the library's in-memory file system that show it a file; its own types omit them. */
interface MemoryFiles {
  create(path: string, mode: number): {node_ops: NodeOperations; stream_ops: object};
  readonly ErrnoError: new (errno: number) => Error;
}

interface NodeOperations {
  getattr(node: unknown): object;
}

/** Reads files one question at a time. */
export interface Hdf5Library {
  /** @returns the answer, whose buffer is the caller's; `failed` if the file cannot be read in this way */
  answer(request: Hdf5Request): Hdf5Answer;
}

interface OpenFile {
  readonly file: File;
  readonly path: string;
  readonly read: ReadBytes;
}

function readAt({descriptor}: WorkerFile): ReadBytes {
  return (position, length) => {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
  };
}

/**
 * Shows the library the bytes of one file and nothing else: its file system lies in memory and holds no other
 * file, so a link or external storage leads nowhere.
 */
function mount({FS}: Module, {descriptor, sizeBytes}: WorkerFile, path: string): void {
  const files = FS as unknown as MemoryFiles;
  const node = files.create(path, 0o444);
  const {getattr} = node.node_ops;
  node.node_ops = {...node.node_ops, getattr: (of) => ({...getattr(of), size: sizeBytes})};
  node.stream_ops = {
    ...node.stream_ops,
    llseek(stream: {position: number}, offset: number, whence: number) {
      const position = whence === 1 ? stream.position + offset : whence === 2 ? sizeBytes + offset : offset;
      if (position < 0) throw new files.ErrnoError(EINVAL);
      return position;
    },
    read: (...[, into, offset, length, position]: readonly [unknown, Uint8Array, number, number, number]) =>
      readSync(descriptor, into, offset, length, position),
  };
}

/**
 * Rows `first` to `end` as they lie in the file, little-endian; undefined if the library fails to give them.
 */
function rawRows(library: Module, dataset: Dataset, first: number, end: number): Uint8Array | undefined {
  const {shape, size} = dataset.metadata;
  const inner = (shape ?? []).slice(1);
  const sizeBytes = inner.reduce((product, length) => product * length, (end - first) * size);
  const pointer = library._malloc(sizeBytes);
  if (pointer === 0) return undefined;
  try {
    const count = [end - first, ...inner].map(BigInt);
    const offset = [first, ...inner.map(() => 0)].map(BigInt);
    const stride = count.map(() => 1n);
    const target = BigInt(pointer);
    const status = library.get_dataset_data(dataset.file_id, dataset.path, count, offset, stride, target);
    return status < 0 ? undefined : library.HEAPU8.slice(pointer, pointer + sizeBytes);
  } finally {
    library._free(pointer);
  }
}

/** A single value, or the value of an array whose values are all the same. */
function singleOf(value: unknown): unknown {
  const values: unknown[] = Array.isArray(value)
    ? value.flat()
    : ArrayBuffer.isView(value)
      ? Array.from(value as Float64Array)
      : [value];
  return values.every((other) => other === values[0]) ? values[0] : undefined;
}

function valueOf({metadata, ...attribute}: Attribute, read: () => unknown): unknown {
  const count = (attribute.shape ?? [1]).reduce((product, length) => product * length, 1);
  return count * metadata.size > MAX_ATTRIBUTE_BYTES ? undefined : singleOf(read());
}

function attributesOf(library: Library, file: File, path: string, names: readonly string[]): Hdf5Attributes {
  const texts: Record<string, string> = {};
  const numbers: Record<string, number> = {};
  const present = library.Module.get_attribute_names(file.file_id, path);
  for (const name of names.filter((wanted) => present.includes(wanted))) {
    const attribute = new library.Attribute(file.file_id, path, name);
    const value = valueOf(attribute, () => attribute.value);
    if (typeof value === "string") texts[name] = value;
    if (typeof value === "number" || typeof value === "bigint") numbers[name] = Number(value);
  }
  return {texts, numbers};
}

/** Address of the object's header: what the old kind of object reference holds. */
function addressOf(library: Module, file: File, path: string): number {
  const reference = Uint8Array.from(library.create_object_reference(file.file_id, path));
  return Number(new DataView(reference.buffer).getBigUint64(0, true));
}

/**
 * The object at `path`; undefined for a soft link that the library fails to follow, such as one to the
 * outside.
 */
function followed(library: Library, file: File, path: string): ReturnType<File["get"]> | undefined {
  try {
    return file.get(path);
  } catch (error) {
    if (isTrap(error) || library.Module.get_symbolic_link(file.file_id, path) === null) throw error;
    return undefined;
  }
}

function entryOf(
  library: Library,
  {file, read}: OpenFile,
  name: string,
  names: readonly string[],
): Hdf5Entry {
  const path = `/${name}`;
  const found = followed(library, file, path);
  if (found === undefined || found instanceof library.ExternalLink || found instanceof library.BrokenSoftLink)
    return {kind: "link"};
  if (!(found instanceof library.Dataset)) return {kind: "group"};
  const header = datasetHeader(read, addressOf(library.Module, file, path));
  const {shape, size, chunks} = found.metadata;
  const attributes = attributesOf(library, file, path, names);
  return {
    kind: "dataset",
    ...header,
    ...attributes,
    shape: shape ?? [],
    numberBytes: size,
    chunks: chunks ?? null,
  };
}

function describe(
  library: Library,
  open: OpenFile,
  {datasets, attributes}: Extract<Hdf5Question, {kind: "describe"}>,
): Hdf5Contents {
  const present = open.file.keys();
  const entries: Record<string, Hdf5Entry> = {};
  for (const name of datasets.filter((wanted) => present.includes(wanted))) {
    entries[name] = entryOf(library, open, name, attributes);
  }
  return {...attributesOf(library, open.file, "/", attributes), entries};
}

function readRows(
  library: Library,
  {file}: OpenFile,
  {dataset: name, as, first, end}: Extract<Hdf5Question, {kind: "read"}>,
): Hdf5Answer {
  const dataset = file.get(`/${name}`);
  if (!(dataset instanceof library.Dataset)) return {kind: "failed"};
  if (as === "bytes") {
    const bytes = rawRows(library.Module, dataset, first, end);
    return bytes === undefined ? {kind: "failed"} : {kind: "bytes", bytes};
  }
  const values = dataset.slice([[first, end]]);
  if (!ArrayBuffer.isView(values)) return {kind: "failed"};
  return {kind: "numbers", numbers: Float64Array.from<number | bigint>(values, Number)};
}

/**
 * Tells whether the WebAssembly machine stopped, as by an abort: then nothing of the library works any more.
 */
export function isTrap(error: unknown): boolean {
  return error instanceof Error && error.name === "RuntimeError";
}

/** Loads the library, for a worker thread: a file that harms it harms only the thread. */
export async function openHdf5Library(): Promise<Hdf5Library> {
  const library = await import("h5wasm");
  const module = await library.ready;
  // Otherwise the library writes its errors to the standard error stream.
  module.activate_throwing_error_handler();
  const files = new Map<number, OpenFile>();
  const opened = (asked: WorkerFile): OpenFile => {
    const known = files.get(asked.key);
    if (known !== undefined) return known;
    const path = `/${asked.key}.h5`;
    mount(module, asked, path);
    const open = {file: new library.File(path, "r"), path, read: readAt(asked)};
    files.set(asked.key, open);
    return open;
  };
  const close = (key: number): void => {
    const open = files.get(key);
    files.delete(key);
    open?.file.close();
    if (module.FS.analyzePath(`/${key}.h5`).exists) module.FS.unlink(`/${key}.h5`);
  };
  return {
    answer({file: asked, question}) {
      switch (question.kind) {
        case "describe":
          return {kind: "described", contents: describe(library, opened(asked), question)};
        case "read":
          return readRows(library, opened(asked), question);
        case "close":
          close(asked.key);
          return {kind: "closed"};
      }
    },
  };
}
