import {decode, encode} from "cborg";
import {concat, equals} from "uint8arrays";
import {z} from "zod";
import type {Hash} from "../core/index.ts";
import {type LedgerSigner, signCheckpoint} from "./checkpoint.ts";
import {ENTRY_SCHEMAS, encodeEntry, type LedgerEntry} from "./entry.ts";
import {EMPTY_FRONTIER, type Frontier, frontierRoot, HASH_BYTES, leafHash, withLeaf} from "./merkle.ts";

/** The largest number of hashes in a frontier: as many as a size has binary digits. */
const MAX_PEAKS = 53;

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const headerSchema = z.strictObject({
  kind: z.literal("segment"),
  format: z.literal(1),
  origin: z.string(),
  day: z.iso.date(),
  size: z.int().min(0),
  peaks: z.array(bytesSchema).max(MAX_PEAKS),
  checkpoint: z.string().nullable(),
});
const hashesSchema = z.strictObject({kind: z.literal("hashes"), hashes: bytesSchema});
const headSchema = z.strictObject({kind: z.literal("head"), checkpoint: z.string()});
const recordSchema = z.discriminatedUnion("kind", [headerSchema, hashesSchema, headSchema, ...ENTRY_SCHEMAS]);

/**
 * A record of a log's file: `segment` begins a day, with the frontier and the signed head of everything
 * before it, so that older days can be dropped; then batches follow: entries, `hashes` of their leaves, by
 * which a fault is found to the entry, and the signed `head` over all entries so far.
 */
export type LogRecord = z.infer<typeof recordSchema>;

/** The record that begins a segment. */
export type SegmentHeader = z.infer<typeof headerSchema>;

/** Reads a record; null if the bytes are not exactly those of one. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord | null {
  try {
    const parsed = recordSchema.safeParse(decode(bytes));
    return parsed.success && equals(encode(parsed.data), bytes) ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Encodes a signed head as a record. */
export function encodeHeadRecord(checkpoint: string): Uint8Array {
  return encode({kind: "head", checkpoint});
}

/** The end of a log, from which it goes on. */
export interface LogEnd {
  readonly origin: string;
  readonly frontier: Frontier;
  /** The last signed head; null before the first. */
  readonly checkpoint: string | null;
}

/** The end of a log that has no entry yet. */
export function newLog(origin: string): LogEnd {
  return {origin, frontier: EMPTY_FRONTIER, checkpoint: null};
}

/** The record that begins a segment for `day` (UTC) after a log's end. */
export function segmentHeader({origin, frontier, checkpoint}: LogEnd, day: string): Uint8Array {
  const {size, peaks} = frontier;
  const header: SegmentHeader = {
    kind: "segment",
    format: 1,
    origin,
    day,
    size,
    peaks: [...peaks],
    checkpoint,
  };
  return encode(header);
}

/** Records that are to be written together, and the log's end after them. */
export interface LogBatch {
  readonly records: readonly Uint8Array[];
  readonly end: LogEnd;
}

/** Makes the batch that adds entries (at least one) to a log: they, their hashes, and the head, signed. */
export function makeBatch(
  hash: Hash,
  signer: LedgerSigner,
  end: LogEnd,
  entries: readonly LedgerEntry[],
): LogBatch {
  const encoded = entries.map(encodeEntry);
  const leaves = encoded.map((bytes) => leafHash(hash, bytes));
  const frontier = leaves.reduce((before, leaf) => withLeaf(hash, before, leaf), end.frontier);
  const {origin} = end;
  const root = frontierRoot(hash, frontier);
  const checkpoint = signCheckpoint(hash, signer, {origin, size: frontier.size, root});
  const hashes = encode({kind: "hashes", hashes: concat(leaves)});
  return {
    records: [...encoded, hashes, encodeHeadRecord(checkpoint)],
    end: {origin, frontier, checkpoint},
  };
}

/** The single hashes in those of a batch; null if their length is no multiple of a hash's. */
export function splitHashes(hashes: Uint8Array): readonly Uint8Array[] | null {
  if (hashes.length % HASH_BYTES !== 0) return null;
  return Array.from({length: hashes.length / HASH_BYTES}, (_, index) =>
    hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}
