import {decode, encode, rfc8949EncodeOptions} from "cborg";
import {equals} from "uint8arrays";
import {z} from "zod";
import {CodedError, sha256, toHex} from "../core/index.ts";
import type {MembershipErrorCode} from "./errors.ts";
import {
  type Genesis,
  genesisSchema,
  type MembershipBody,
  type MembershipRecord,
  recordSchema,
} from "./records.ts";

/** Most records that one file or answer may hold. */
const MOST_RECORDS = 20_000;

/** A consortium's genesis and all that is known of its chain, in any order. */
export interface MembershipRecords {
  readonly genesis: Genesis;
  readonly records: readonly MembershipRecord[];
}

const fileSchema = z.strictObject({
  genesis: genesisSchema,
  records: z.array(recordSchema).max(MOST_RECORDS),
});

/** Deterministic CBOR (RFC 8949, 4.2.1) of plain data. */
export function canonical(value: unknown): Uint8Array {
  return encode(value, rfc8949EncodeOptions);
}

/** The consortium's id: SHA-256 of its genesis, 64 hexadecimal digits. */
export function genesisHash(genesis: Genesis): string {
  return toHex(sha256(canonical(["consilium/membership/genesis/1", genesis])));
}

const hashes = new WeakMap<MembershipBody, string>();

/** The hash that votes name: SHA-256 of the body, 64 hexadecimal digits. A body is not to be changed. */
export function membershipBodyHash(body: MembershipBody): string {
  const hash = hashes.get(body) ?? toHex(sha256(canonical(["consilium/membership/body/1", body])));
  hashes.set(body, hash);
  return hash;
}

/**
 * The hash of a record: its place and what it changes. Two bodies that differ only in attempt and reason are the
 * same record, so that what follows it stands whichever of them was decided.
 */
export function decisionOf({height, previous, change, anchors}: MembershipBody): string {
  const decision = ["consilium/membership/decision/1", height, previous, change, anchors];
  return toHex(sha256(canonical(decision)));
}

/** The records as bytes, for a file or an answer. */
export function encodeMembership(membership: MembershipRecords): Uint8Array {
  return canonical(membership);
}

/**
 * Reads {@link encodeMembership}; only the bytes that it writes are taken.
 * @throws {CodedError} MEMBERSHIP_MALFORMED
 */
export function decodeMembership(bytes: Uint8Array): MembershipRecords {
  const code: MembershipErrorCode = "MEMBERSHIP_MALFORMED";
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (cause) {
    throw new CodedError(code, "the membership records are not CBOR", {cause});
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join(".");
    throw new CodedError(code, `the membership records are not of this version: ${place} ${issue?.message}`);
  }
  if (equals(canonical(parsed.data), bytes)) return parsed.data;
  throw new CodedError(code, "the membership records are not in their one deterministic form");
}
