import {join} from "node:path";
import {fromString, toString} from "uint8arrays";
import {CodedError} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";
import {carryCounts} from "./ledger/carried-counts.ts";
import type {Migration} from "./migration.ts";

/** The file that tells the format of a state directory. */
export const FORMAT_FILE = "formatVersion";

/** The steps from format 1 to 2, from 2 to 3 and so on. */
export const MIGRATIONS: readonly Migration[] = [carryCounts];

/** The format to which `migrations` lead. */
export function newestFormat(migrations: readonly Migration[] = MIGRATIONS): number {
  return 1 + migrations.length;
}

/**
 * Reads the format from the directory's marker, or null when there is no marker.
 * @throws STORAGE_VERSION when it is newer than `known` or no number; STORAGE_UNREADABLE
 */
export async function readFormat(
  files: FileSystem,
  directory: string,
  known: number = newestFormat(),
): Promise<number | null> {
  const path = join(directory, FORMAT_FILE);
  const bytes = await reading(path, () => files.read(path));
  if (bytes === undefined) return null;
  const written = toString(bytes).trim();
  const isNumber = /^[1-9][0-9]{0,8}$/.test(written);
  if (isNumber && Number(written) <= known) return Number(written);
  throw new CodedError(
    "STORAGE_VERSION",
    isNumber
      ? `the state directory ${directory} has format ${written}, this version knows ${known}`
      : `${path} holds no format version`,
    {
      data: {path, known},
      hint: isNumber ? "Update consilium on this machine." : "Restore the state directory from a backup.",
    },
  );
}

function writeFormat(files: FileSystem, directory: string, format: number): Promise<void> {
  return writeDurably(files, join(directory, FORMAT_FILE), fromString(`${format}\n`));
}

/**
 * Brings a locked state directory to the newest format, one step after the other; each step counts once its
 * number is on disk. A directory without a marker is new and gets the newest format.
 * @returns the format that it had, or null when nothing had to be done
 * @throws STORAGE_VERSION, STORAGE_FULL, STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function upgradeFormat(
  files: FileSystem,
  directory: string,
  migrations: readonly Migration[],
): Promise<number | null> {
  const newest = newestFormat(migrations);
  const found = await readFormat(files, directory, newest);
  if (found === null) await writeFormat(files, directory, newest);
  if (found === null || found === newest) return null;
  for (const [index, migrate] of migrations.entries()) {
    if (index + 1 < found) continue;
    await migrate(files, directory);
    await writeFormat(files, directory, index + 2);
  }
  return found;
}
