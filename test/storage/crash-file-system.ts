import {basename, dirname} from "node:path";
import type {FileSystem} from "../../src/storage/index.ts";

interface File {
  readonly mode: number;
  bytes: Uint8Array;
  durable: Uint8Array;
}

type Change = (names: Map<string, File>) => void;

interface Directory {
  names: Map<string, File>;
  /** The names as last synced. */
  durable: Map<string, File>;
  /** What was done to the names since, in order. */
  pending: Change[];
}

/** The error every operation meets from the chosen one on, as after a loss of power. */
export class PowerCut extends Error {}

/** How much of `count` unsynced changes survive a loss of power: an integer in 0 .. `count`. */
export type Fate = (count: number) => number;

/** A file system in memory that can fail, or lose its power, at each of its changing operations. */
export interface CrashFileSystem extends FileSystem {
  /** How many changing operations there were. */
  operations(): number;
  /** How many of them synced a file. */
  fileSyncs(): number;
  /** Cuts the power at operation `at` (1 is the next one), half-way through a write. */
  cutPowerAt(at: number): void;
  /** Lets operation `at` fail, half-way through a write, with the operating system's `code`. */
  failAt(at: number, code: string): void;
  /** What of the file a loss of power now could not take; undefined when it could take its name too. */
  lasting(path: string): Uint8Array | undefined;
  /** Power is back: of what was not synced, each file and directory keeps what `fate` says. */
  restart(fate: Fate): void;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), {code});
}

/** After a crash, what was written but not synced is there in part, as zeros, or not at all. */
function tornBytes(file: File, fate: Fate): Uint8Array {
  const kept = fate(file.bytes.length - file.durable.length);
  if (file.bytes.length <= file.durable.length) return fate(1) === 0 ? file.durable : file.bytes;
  const torn = file.bytes.slice(0, file.durable.length + kept);
  if (fate(2) === 1) torn.fill(0, file.durable.length + Math.floor(kept / 2));
  return torn;
}

export function createCrashFileSystem(): CrashFileSystem {
  const directories = new Map<string, Directory>();
  let count = 0;
  let syncs = 0;
  let cutAt = Number.POSITIVE_INFINITY;
  let fault = {at: Number.POSITIVE_INFINITY, code: ""};
  let locked = false;

  const isCut = (): boolean => count >= cutAt;
  /** Counts a changing operation; `half` is what is done of it when it fails. */
  const enter = (half: () => void = () => {}): void => {
    if (isCut()) throw new PowerCut();
    count += 1;
    if (isCut()) {
      half();
      throw new PowerCut();
    }
    if (count === fault.at) {
      half();
      throw systemError(fault.code);
    }
  };
  const directoryOf = (path: string): Directory => {
    const found = directories.get(path);
    if (found === undefined) throw systemError("ENOENT");
    return found;
  };
  const find = (path: string): File | undefined => directories.get(dirname(path))?.names.get(basename(path));
  const change = (path: string, action: Change): void => {
    const directory = directoryOf(path);
    action(directory.names);
    directory.pending.push(action);
  };
  const opened = (file: File) => ({
    async write(bytes: Uint8Array) {
      const put = (part: Uint8Array): void => {
        file.bytes = joined(file.bytes, part);
      };
      enter(() => put(bytes.subarray(0, bytes.length >> 1)));
      put(bytes);
    },
    async sync() {
      enter();
      syncs += 1;
      file.durable = file.bytes;
    },
    async close() {
      if (isCut()) throw new PowerCut();
    },
  });
  return {
    operations: () => count,
    fileSyncs: () => syncs,
    cutPowerAt: (at) => {
      cutAt = count + at;
    },
    failAt: (at, code) => {
      fault = {at: count + at, code};
    },
    lasting: (path) => directories.get(dirname(path))?.durable.get(basename(path))?.durable,
    restart(fate) {
      for (const directory of directories.values()) {
        const names = new Map(directory.durable);
        for (const action of directory.pending.slice(0, fate(directory.pending.length))) action(names);
        directory.names = names;
        directory.durable = new Map(names);
        directory.pending = [];
      }
      for (const directory of directories.values()) {
        for (const file of directory.names.values()) {
          file.bytes = tornBytes(file, fate);
          file.durable = file.bytes;
        }
      }
      cutAt = Number.POSITIVE_INFINITY;
      fault = {at: Number.POSITIVE_INFINITY, code: ""};
      locked = false;
    },
    read: async (path) => find(path)?.bytes.slice(),
    async *readParts(path) {
      const file = find(path);
      if (file === undefined) throw systemError("ENOENT");
      yield file.bytes.slice();
    },
    async hold(path) {
      const bytes = find(path)?.bytes.slice();
      if (bytes === undefined) return undefined;
      return {
        async *parts() {
          yield bytes;
        },
        async close() {},
      };
    },
    list: async (path) => [...(directories.get(path)?.names.keys() ?? [])].sort(),
    permissions: async (path) => find(path)?.mode,
    async makeDirectory(path) {
      enter();
      if (!directories.has(path)) {
        directories.set(path, {names: new Map(), durable: new Map(), pending: []});
      }
    },
    async create(path, mode) {
      enter();
      if (find(path) !== undefined) throw systemError("EEXIST");
      const file: File = {mode, bytes: new Uint8Array(), durable: new Uint8Array()};
      change(dirname(path), (names) => names.set(basename(path), file));
      return opened(file);
    },
    async append(path) {
      if (isCut()) throw new PowerCut();
      const file = find(path);
      if (file === undefined) throw systemError("ENOENT");
      return opened(file);
    },
    async truncate(path, sizeBytes) {
      enter();
      const file = find(path);
      if (file !== undefined) file.bytes = file.bytes.slice(0, sizeBytes);
    },
    async rename(from, to) {
      enter();
      const file = find(from);
      if (file === undefined) throw systemError("ENOENT");
      change(dirname(from), (names) => {
        names.delete(basename(from));
        names.set(basename(to), file);
      });
    },
    async remove(path) {
      enter();
      if (find(path) !== undefined) change(dirname(path), (names) => names.delete(basename(path)));
    },
    async removeTree(path) {
      enter();
      for (const name of directories.keys()) if (`${name}/`.startsWith(`${path}/`)) directories.delete(name);
    },
    async syncDirectory(path) {
      enter();
      const directory = directoryOf(path);
      directory.durable = new Map(directory.names);
      directory.pending = [];
    },
    isLocked: async () => locked,
    async lock() {
      if (locked) throw systemError("EBUSY");
      locked = true;
      return {
        async close() {
          locked = false;
        },
      };
    },
  };
}
