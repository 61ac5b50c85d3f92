import {encode} from "cborg";
import {z} from "zod";

const wholeSchema = z.int().min(0);
const daySchema = z.iso.date();
const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const runSchema = z.string().regex(/^[0-9a-f]{32}$/);
const nameSchema = z.string().regex(/^[^\p{C}]{1,256}$/u);
const contentSchema = z.enum(["update", "mixture", "snapshot", "frame"]);

const releaseSchema = z.strictObject({
  kind: z.literal("release"),
  at: wholeSchema,
  run: runSchema,
  round: wholeSchema,
  peer: nameSchema,
  name: nameSchema,
  content: contentSchema,
  blob: hashSchema.optional(),
  messages: wholeSchema,
  bytes: wholeSchema,
});
const carriedSchema = z.strictObject({
  kind: z.literal("carried"),
  at: wholeSchema,
  day: daySchema,
  name: nameSchema,
  content: contentSchema,
  messages: wholeSchema,
  bytes: wholeSchema,
});
const consentSchema = z.strictObject({
  kind: z.literal("consent"),
  at: wholeSchema,
  run: runSchema,
  plan: hashSchema,
  decision: z.literal("approved"),
});
const sealSchema = z.strictObject({kind: z.literal("seal"), at: wholeSchema, day: daySchema});

/** The closed schemas of entries: there is no place in them for anything about patients. */
export const ENTRY_SCHEMAS = [releaseSchema, carriedSchema, consentSchema, sealSchema] as const;

/**
 * An entry of a ledger: one thing that happened. Times `at` are wall-clock milliseconds; rounds count from 0.
 * `release`: in the round under way, `messages` with `bytes` of this content went to the peer (its id, and
 * its name on the roster); `blob` is the hash by which they were fetched, absent for frames. `carried`: what
 * an older version counted for a day, before there was a ledger. `consent`: this site approved a plan, by
 * hash, for a run. `seal`: the day (UTC) is over, nothing is added to it.
 */
export type LedgerEntry = Readonly<z.infer<(typeof ENTRY_SCHEMAS)[number]>>;

/** Something that left, in a {@link LedgerEntry}. */
export type ReleaseEntry = Extract<LedgerEntry, {kind: "release"}>;

/** Encodes an entry as deterministic CBOR (RFC 8949 4.2), the content of its leaf. */
export function encodeEntry(entry: LedgerEntry): Uint8Array {
  return encode(entry);
}

/** The day (UTC) of a time in wall-clock milliseconds, such as `2026-12-01`. */
export function utcDay(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10);
}
