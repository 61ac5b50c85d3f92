import {fromString, toString} from "uint8arrays";
import {z} from "zod";
import {isCoded} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";

/** Addresses (multiaddrs) by peer id, in the order of preference. */
export type KnownAddresses = Readonly<Record<string, readonly string[]>>;

/** The result of {@link readAddresses}. */
export interface CachedAddresses {
  readonly addresses: KnownAddresses;
  /** The reason why the cache was left aside, for the log; absent when all is well. */
  readonly warning?: string;
}

/**
 * Limits on members of a roster, addresses of a member, and characters of an address: a larger file is no
 * cache of this program.
 */
const MAX_PEERS = 1024;
const MAX_ADDRESSES = 16;
const MAX_LENGTH = 256;

const cacheSchema = z.strictObject({
  formatVersion: z.literal(1),
  peers: z
    .record(z.string().max(MAX_LENGTH), z.array(z.string().max(MAX_LENGTH)).max(MAX_ADDRESSES))
    .refine((peers) => Object.keys(peers).length <= MAX_PEERS),
});

/** Reads the cached addresses at `path`. A damaged or unreadable cache counts as empty, with a warning. */
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
 * Replaces the cached addresses at `path`, atomically.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writeAddresses(
  files: FileSystem,
  path: string,
  addresses: KnownAddresses,
): Promise<void> {
  await writeDurably(files, path, fromString(`${JSON.stringify({formatVersion: 1, peers: addresses})}\n`));
}
