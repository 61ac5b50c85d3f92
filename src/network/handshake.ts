import {decode, encode, rfc8949EncodeOptions} from "cborg";
import {z} from "zod";
import {CodedError} from "../core/index.ts";
import type {Handshake} from "./types.ts";

/** Minor version of the wire format; members with different minors still link. */
export const WIRE_MINOR = 0;

/** Largest handshake frame, in bytes. */
export const MAX_HANDSHAKE_BYTES = 16 * 1024;

const MAX_NAMES = 64;
const name = z.string().min(1).max(64);

const helloSchema = z.strictObject({
  minor: z.int().min(0).max(0xffff),
  session: z.int().min(0).max(0xffffffff),
  window: z.int().min(0).max(0xffffffff),
  terms: z
    .record(name, z.string().max(1024))
    .refine((terms) => Object.keys(terms).length <= MAX_NAMES, {error: "too many terms"}),
});
const welcomeSchema = z.strictObject({session: z.int().min(0).max(0xffffffff)});

/**
 * The fields in which two members can differ, as named in refusals: a closed list, so no peer's text is
 * shown.
 */
const HANDSHAKE_FIELDS = ["consortium", "layout", "roster", "run", "window", "other"] as const;
const fieldSchema = z.enum(HANDSHAKE_FIELDS);
const refusedSchema = z.strictObject({session: z.int().min(0).max(0xffffffff), field: fieldSchema});

/** The schemas of the messages by which a link begins. */
export const HANDSHAKE_SCHEMAS = {
  hello: helloSchema,
  welcome: welcomeSchema,
  refused: refusedSchema,
} as const;

/** One of the fields that a refusal names; `other` for a term that this version does not know. */
export type HandshakeField = z.infer<typeof fieldSchema>;

/**
 * First frame of a control stream. `session` numbers the sender's attempt; `terms` is the caller's
 * {@link Handshake}. `window` is its initial stream window in bytes, which both ends must share because Yamux
 * does not negotiate it.
 */
export type Hello = z.infer<typeof helloSchema>;

/** Answer to a {@link Hello} that was accepted, with that hello's session. */
export type Welcome = z.infer<typeof welcomeSchema>;

/** Answer to a {@link Hello} that differs, with that hello's session and the first field that differs. */
export type Refused = z.infer<typeof refusedSchema>;

/** Canonical CBOR (RFC 8949, 4.2.1) of a handshake message. */
export function encodeHandshake(message: Hello | Welcome | Refused): Uint8Array {
  return encode(message, rfc8949EncodeOptions);
}

/**
 * CBOR of one data item without tags, duplicate keys, indefinite lengths or wasted bytes.
 * @throws NETWORK_FRAME_MALFORMED
 */
export function decodeStrictCbor<Value>(schema: z.ZodType<Value>, bytes: Uint8Array): Value {
  try {
    return schema.parse(
      decode(bytes, {
        strict: true,
        rejectDuplicateMapKeys: true,
        allowIndefinite: false,
        allowUndefined: false,
        allowNaN: false,
        allowInfinity: false,
      }),
    );
  } catch (cause) {
    throw new CodedError("NETWORK_FRAME_MALFORMED", "a peer sent a message outside the wire format", {cause});
  }
}

/** Reads a {@link Hello}. @throws NETWORK_FRAME_MALFORMED */
export function decodeHello(bytes: Uint8Array): Hello {
  return decodeStrictCbor(helloSchema, bytes);
}

/** Reads a {@link Welcome}. @throws NETWORK_FRAME_MALFORMED */
export function decodeWelcome(bytes: Uint8Array): Welcome {
  return decodeStrictCbor(welcomeSchema, bytes);
}

/** Reads a {@link Refused}. @throws NETWORK_FRAME_MALFORMED */
export function decodeRefused(bytes: Uint8Array): Refused {
  return decodeStrictCbor(refusedSchema, bytes);
}

/**
 * The first field, in the order of their names, in which two handshakes differ; `undefined` when they are
 * equal.
 */
export function differingField(own: Handshake, other: Handshake): HandshakeField | undefined {
  const names = [...new Set([...Object.keys(own), ...Object.keys(other)])].sort();
  const differing = names.find((field) => !Object.hasOwn(own, field) || own[field] !== other[field]);
  if (differing === undefined) return undefined;
  return HANDSHAKE_FIELDS.find((known) => known === differing) ?? "other";
}
