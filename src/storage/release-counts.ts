import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {isCoded} from "../core/index.ts";
import {reading} from "./file-faults.ts";
import type {FileSystem} from "./file-system.ts";
import {writeDurably} from "./write-durably.ts";

/** A hundred days with 24 other members, years with few; the oldest days go first. */
const MAX_COUNTS = 10_000;

const countSchema = z.strictObject({
  day: z.iso.date(),
  hour: z.int().min(0).max(23).nullable().default(null),
  peer: z.string(),
  kind: z.enum(["update", "mixture", "snapshot", "frame"]),
  messages: z.int().min(0),
  bytes: z.number().min(0),
});
const fileSchema = z.strictObject({formatVersion: z.literal(1), releases: z.array(countSchema)});

/** How much of one kind went to one peer on one day (UTC), or in one of its hours; null: in those that have no row of their own. */
export type ReleaseCount = Readonly<z.infer<typeof countSchema>>;

/** What {@link readReleases} found. */
export interface KeptReleases {
  readonly releases: readonly ReleaseCount[];
  /** Why the file was left aside, for the log; absent when all is well. */
  readonly warning?: string;
}

/** The counts at `path`. A damaged or unreadable file counts as an empty one, with a warning. */
export async function readReleases(files: FileSystem, path: string): Promise<KeptReleases> {
  try {
    const bytes = await reading(path, () => files.read(path));
    if (bytes === undefined) return {releases: []};
    return {releases: fileSchema.parse(JSON.parse(toString(bytes))).releases};
  } catch (error) {
    const isUnreadable = isCoded(error, "STORAGE_UNREADABLE");
    return {releases: [], warning: isUnreadable ? error.message : `${path} is damaged and was ignored`};
  }
}

/**
 * Replaces the counts at `path`, at once.
 * @param releases oldest day first
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writeReleases(
  files: FileSystem,
  path: string,
  releases: readonly ReleaseCount[],
): Promise<void> {
  const kept = releases.slice(-MAX_COUNTS);
  await writeDurably(files, path, fromString(`${JSON.stringify({formatVersion: 1, releases: kept})}\n`));
}
