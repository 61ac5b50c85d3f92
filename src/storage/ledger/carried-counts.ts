import {dirname, join} from "node:path";
import {toString} from "uint8arrays";
import {z} from "zod";
import {reading, writing} from "../files/file-faults.ts";
import type {FileSystem} from "../files/file-system.ts";
import {makeDirectoryDurably, writeDurably} from "../files/write-durably.ts";
import type {Migration} from "../migration.ts";
import {LEDGER_FOLDER} from "./stored-ledger.ts";

const OLD_FILE = "releases.json";

const countSchema = z.strictObject({
  day: z.iso.date(),
  hour: z.int().min(0).max(23).nullable().default(null),
  peer: z.string(),
  kind: z.enum(["update", "mixture", "snapshot", "frame"]),
  messages: z.int().min(0),
  bytes: z.int().min(0),
});
const fileSchema = z.strictObject({formatVersion: z.literal(1), releases: z.array(countSchema)});

/** Amount of one kind that went to one peer (its name) on one day (UTC), as format 1 counted it. */
export type CarriedCount = Readonly<Omit<z.infer<typeof countSchema>, "hour">>;

function carriedFile(root: string): string {
  return join(root, LEDGER_FOLDER, "carried.json");
}

/**
 * Format 1 to 2: the counts of releases move into the ledger's folder, where they wait until the node signs
 * them. From here on the ledger counts, so an older version must not count beside it.
 */
export const carryCounts: Migration = async (files, root) => {
  const path = join(root, OLD_FILE);
  const bytes = await reading(path, () => files.read(path));
  if (bytes === undefined) return;
  await makeDirectoryDurably(files, root, LEDGER_FOLDER);
  await writeDurably(files, carriedFile(root), bytes);
  await writing(path, async () => {
    await files.remove(path);
    await files.syncDirectory(root);
  });
};

function parse(bytes: Uint8Array): readonly CarriedCount[] {
  try {
    const rows = fileSchema.parse(JSON.parse(toString(bytes))).releases;
    return rows.map(({day, peer, kind, messages, bytes}) => ({day, peer, kind, messages, bytes}));
  } catch {
    // Format 1 ignored a damaged file too: the counts were no proof.
    return [];
  }
}

/** Reads the counts that wait, none if there are none or they are damaged. @throws STORAGE_UNREADABLE */
export async function readCarried(files: FileSystem, root: string): Promise<readonly CarriedCount[]> {
  const path = carriedFile(root);
  const bytes = await reading(path, () => files.read(path));
  return bytes === undefined ? [] : parse(bytes);
}

/** Removes the counts that waited, durably. @throws STORAGE_UNWRITABLE */
export async function removeCarried(files: FileSystem, root: string): Promise<void> {
  const path = carriedFile(root);
  await writing(path, async () => {
    await files.remove(path);
    await files.syncDirectory(dirname(path));
  });
}
