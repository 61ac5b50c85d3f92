import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {isCoded} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";

/** Enough for a hundred days with 24 other members, or years with few; the oldest days are dropped first. */
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

/**
 * Amount of one kind that went to one peer on one day (UTC). `hour` limits it to one hour; null stands for
 * the hours of that day without a row of their own.
 */
export type ReleaseCount = Readonly<z.infer<typeof countSchema>>;

/** The result of {@link readReleases}. */
export interface KeptReleases {
  readonly releases: readonly ReleaseCount[];
  /** The reason why the file was left aside, for the log; absent when all is well. */
  readonly warning?: string;
}

/** Reads the counts at `path`. A damaged or unreadable file counts as an empty one, with a warning. */
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
 * Replaces the counts at `path`, atomically.
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
