import {decode, encode, rfc8949EncodeOptions} from "cborg";
import {concat, equals, fromString} from "uint8arrays";
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
export function chainId(genesis: Genesis): string {
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

/** The first bytes of a membership file; the number is the version of its format. */
const MAGIC = fromString("consilium/membership/1\n");

/** Tells whether `bytes` begin as {@link encodeMembership} writes them. */
export function isMembershipFile(bytes: Uint8Array): boolean {
  return equals(bytes.subarray(0, MAGIC.length), MAGIC);
}

/** The records as the bytes of a file. @throws {CodedError} MEMBERSHIP_TOO_MANY */
export function encodeMembership({genesis, records}: MembershipRecords): Uint8Array {
  if (records.length > MOST_RECORDS) {
    const code: MembershipErrorCode = "MEMBERSHIP_TOO_MANY";
    throw new CodedError(code, `a membership file holds ${MOST_RECORDS} records, and not ${records.length}`, {
      hint: "Leave out the file that brought most of them: `consilium consortium show` says whose words it holds.",
    });
  }
  return concat([MAGIC, canonical({genesis, records})]);
}

function malformed(what: string, cause?: unknown): CodedError {
  const code: MembershipErrorCode = "MEMBERSHIP_MALFORMED";
  return new CodedError(code, `the membership records ${what}`, {
    cause,
    hint: "Take the file again from a member, as it is.",
  });
}

function decoded(bytes: Uint8Array): unknown {
  try {
    return decode(bytes);
  } catch (cause) {
    throw malformed("are damaged", cause);
  }
}

/**
 * Reads {@link encodeMembership}; only the bytes that it writes are taken.
 * @throws {CodedError} MEMBERSHIP_MALFORMED
 */
export function decodeMembership(bytes: Uint8Array): MembershipRecords {
  if (!isMembershipFile(bytes)) throw malformed("are not of this version, or are none");
  const plain = bytes.subarray(MAGIC.length);
  const {data, error} = fileSchema.safeParse(decoded(plain));
  if (error !== undefined)
    throw malformed(`are not as they must be: ${z.prettifyError(error).split("\n")[0]}`);
  if (!equals(canonical(data), plain)) throw malformed("are not in their one deterministic form");
  return data;
}

/**
 * All records of several files of one consortium, each once.
 * @throws {CodedError} MEMBERSHIP_FOREIGN
 */
export function unionOf(
  first: MembershipRecords,
  ...others: readonly MembershipRecords[]
): MembershipRecords {
  const id = chainId(first.genesis);
  const records = new Map<string, MembershipRecord>();
  for (const each of [first, ...others]) {
    if (chainId(each.genesis) !== id) {
      const code: MembershipErrorCode = "MEMBERSHIP_FOREIGN";
      throw new CodedError(
        code,
        `records of another consortium (${each.genesis.consortium}) do not belong here`,
        {
          hint: "Keep the files of different consortia apart.",
        },
      );
    }
    for (const record of each.records) records.set(toHex(sha256(canonical(record))), record);
  }
  return {genesis: first.genesis, records: [...records.values()]};
}
