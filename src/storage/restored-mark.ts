import {join} from "node:path";
import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";

const FILE = "restored.json";
const fileSchema = z.strictObject({formatVersion: z.literal(1), vouched: z.array(z.string())});

function parse(bytes: Uint8Array): readonly string[] {
  try {
    return fileSchema.parse(JSON.parse(toString(bytes))).vouched;
  } catch {
    // An unreadable mark is still a mark: the members are asked once more than needed.
    return [];
  }
}

/**
 * Reads the runs that the members have vouched for since the directory was restored; null if it never was.
 * @throws STORAGE_UNREADABLE
 */
export async function readRestored(files: FileSystem, directory: string): Promise<readonly string[] | null> {
  const path = join(directory, FILE);
  const bytes = await reading(path, () => files.read(path));
  return bytes === undefined ? null : parse(bytes);
}

/** Marks the directory as restored, with the runs vouched for. @throws STORAGE_FULL, STORAGE_UNWRITABLE */
export async function writeRestored(
  files: FileSystem,
  directory: string,
  vouched: readonly string[],
): Promise<void> {
  const text = `${JSON.stringify({formatVersion: 1, vouched})}\n`;
  await writeDurably(files, join(directory, FILE), fromString(text));
}
