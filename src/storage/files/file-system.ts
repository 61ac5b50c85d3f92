import {createReadStream} from "node:fs";
import {type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, truncate} from "node:fs/promises";
import {dirname} from "node:path";
import type {Closable} from "../../core/index.ts";
import {isLocked, lockDirectory} from "./directory-lock.ts";
import {systemCode} from "./file-faults.ts";

const ROOT = 0;

/** A file that is open for writing at its end. */
export interface OpenFile extends Closable {
  /** Writes all of `bytes` at the end; they are durable after `sync`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written so far survives a loss of power. */
  sync(): Promise<void>;
}

/** A file as it was when it was taken; later appending, replacing or removing does not change its parts. */
export interface HeldFile extends Closable {
  /** Its bytes in parts of at most 64 KiB, each owned by the caller; may be read once. */
  parts(): AsyncIterable<Uint8Array>;
}

/**
 * The file operations on which storage relies. Tests can fail each of them, or cut the power there. All
 * reject with the operating system's error (its `code`, such as `ENOSPC`).
 */
export interface FileSystem {
  /** The bytes of the file, owned by the caller, or undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The bytes of the file in parts of at most 64 KiB, each owned by the caller. */
  readParts(path: string): AsyncIterable<Uint8Array>;
  /** Takes the file as it is now, or undefined when there is none. */
  hold(path: string): Promise<HeldFile | undefined>;
  /** The names in the directory in ascending order; none when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** The nine permission bits of the file or directory, or undefined when there is none. */
  permissions(path: string): Promise<number | undefined>;
  /** Makes the directory and its missing parents, for the owner alone; leaves an existing one unchanged. */
  makeDirectory(path: string): Promise<void>;
  /** Opens a file that must not exist yet, with `mode`. */
  create(path: string, mode: number): Promise<OpenFile>;
  /** Opens an existing file at its end. */
  append(path: string): Promise<OpenFile>;
  /** Cuts the file to its first `sizeBytes`. */
  truncate(path: string, sizeBytes: number): Promise<void>;
  /** Moves the file `from` to `to`, or a directory to the place of an empty one, atomically. */
  rename(from: string, to: string): Promise<void>;
  /** Removes the file, if there is one. */
  remove(path: string): Promise<void>;
  /** Removes the file or directory with everything in it, if there is one. */
  removeTree(path: string): Promise<void>;
  /** Resolves when the names in the directory survive a loss of power. */
  syncDirectory(path: string): Promise<void>;
  /** Takes the directory for this process until closed, or until the process ends in any way. */
  lock(path: string): Promise<Closable>;
  /** Tells whether a process has taken the existing directory. */
  isLocked(path: string): Promise<boolean>;
}

function toOpenFile(handle: FileHandle): OpenFile {
  return {
    async write(bytes) {
      let written = 0;
      while (written < bytes.length) {
        written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/**
 * Gives files that root makes to the owner of their folder: the service's user must be able to use files that
 * root has set up or restored for it.
 */
async function giveToFolder(path: string, made: FileHandle): Promise<void> {
  const {uid} = await made.stat();
  if (uid !== ROOT) return;
  const folder = await stat(dirname(path));
  if (folder.uid !== ROOT) await made.chown(folder.uid, folder.gid);
}

async function create(path: string, mode: number): Promise<FileHandle> {
  const handle = await open(path, "ax", mode);
  try {
    await giveToFolder(path, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent);
  try {
    await mkdir(path, {mode: 0o700});
  } catch (error) {
    if (systemCode(error) === "EEXIST" && (await isDirectory(path))) return;
    throw error;
  }
  const handle = await open(path, "r");
  try {
    await giveToFolder(path, handle);
  } finally {
    await handle.close();
  }
}

async function toHeldFile(handle: FileHandle): Promise<HeldFile> {
  const {size} = await handle.stat();
  return {
    async *parts() {
      // A stream's `end` is its last byte, so it cannot describe an empty file.
      if (size > 0) yield* handle.createReadStream({start: 0, end: size - 1, autoClose: false});
    },
    close: () => handle.close(),
  };
}

async function isDirectory(path: string): Promise<boolean> {
  return (await unlessAbsent(() => stat(path)))?.isDirectory() ?? false;
}

async function unlessAbsent<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await action();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The machine's own {@link FileSystem}. */
export const nodeFileSystem: FileSystem = {
  read: (path) => unlessAbsent(() => readFile(path)),
  readParts: (path) => createReadStream(path),
  async hold(path) {
    const handle = await unlessAbsent(() => open(path, "r"));
    return handle === undefined ? undefined : toHeldFile(handle);
  },
  list: async (path) => (await unlessAbsent(() => readdir(path)))?.sort() ?? [],
  permissions: async (path) => {
    const found = await unlessAbsent(() => stat(path));
    return found === undefined ? undefined : found.mode & 0o777;
  },
  makeDirectory,
  create: async (path, mode) => toOpenFile(await create(path, mode)),
  append: async (path) => toOpenFile(await open(path, "a")),
  truncate: (path, sizeBytes) => truncate(path, sizeBytes),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, {force: true}),
  removeTree: (path) => rm(path, {recursive: true, force: true}),
  syncDirectory: async (path) => {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  lock: lockDirectory,
  isLocked,
};
