import {randomBytes} from "node:crypto";
import {dirname, join} from "node:path";
import {toHex} from "../../core/index.ts";
import {writing} from "./file-faults.ts";
import type {FileSystem} from "./file-system.ts";

const TEMPORARY_SUFFIX = ".tmp";

/** Permission bits of everything in the state directory: the owner alone. */
export const OWNER_ONLY = 0o600;

/**
 * Replaces the file at `path` with `bytes` (left unchanged) atomically: after a crash at any moment it holds
 * the old bytes or the new ones, and once this resolves it holds the new ones.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE; the old file is then unchanged
 */
export async function writeDurably(
  files: FileSystem,
  path: string,
  bytes: Uint8Array,
  mode: number = OWNER_ONLY,
): Promise<void> {
  const temporary = `${path}.${toHex(randomBytes(6))}${TEMPORARY_SUFFIX}`;
  await writing(path, async () => {
    try {
      const file = await files.create(temporary, mode);
      try {
        await file.write(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await files.rename(temporary, path);
    } catch (error) {
      await files.remove(temporary).catch(() => {});
      throw error;
    }
    await files.syncDirectory(dirname(path));
  });
}

/**
 * Makes `directory` below the existing directory `root`, durably.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function makeDirectoryDurably(
  files: FileSystem,
  root: string,
  ...names: readonly string[]
): Promise<string> {
  let directory = root;
  for (const name of names) {
    const parent = directory;
    directory = join(directory, name);
    const made = directory;
    await writing(made, async () => {
      await files.makeDirectory(made);
      await files.syncDirectory(parent);
    });
  }
  return directory;
}

/**
 * Removes the remains of interrupted writes in `directory`.
 * @throws {CodedError} STORAGE_UNWRITABLE
 */
export async function sweepTemporaries(files: FileSystem, directory: string): Promise<void> {
  await writing(directory, async () => {
    for (const name of await files.list(directory)) {
      if (name.endsWith(TEMPORARY_SUFFIX)) await files.remove(join(directory, name));
    }
  });
}
