import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {isCoded} from "../core/index.ts";
import {reading} from "./file-faults.ts";
import type {FileSystem} from "./file-system.ts";
import {writeDurably} from "./write-durably.ts";

/** Addresses (multiaddrs) by peer id, in the order of preference. */
export type KnownAddresses = Readonly<Record<string, readonly string[]>>;

/** What {@link readAddresses} found. */
export interface CachedAddresses {
  readonly addresses: KnownAddresses;
  /** Why the cache was left aside, for the log; absent when all is well. */
  readonly warning?: string;
}

const cacheSchema = z.strictObject({
  formatVersion: z.literal(1),
  peers: z.record(z.string(), z.array(z.string())),
});

/** The cached addresses at `path`. A damaged or unreadable cache counts as an empty one, with a warning. */
export async function readAddresses(files: FileSystem, path: string): Promise<CachedAddresses> {
  try {
    const bytes = await reading(path, () => files.read(path));
    if (bytes === undefined) return {addresses: {}};
    return {addresses: cacheSchema.parse(JSON.parse(toString(bytes))).peers};
  } catch (error) {
    const isUnreadable = isCoded(error, "STORAGE_UNREADABLE");
    return {addresses: {}, warning: isUnreadable ? error.message : `${path} is damaged and was ignored`};
  }
}

/**
 * Replaces the cached addresses at `path`, at once.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writeAddresses(
  files: FileSystem,
  path: string,
  addresses: KnownAddresses,
): Promise<void> {
  await writeDurably(files, path, fromString(`${JSON.stringify({formatVersion: 1, peers: addresses})}\n`));
}
