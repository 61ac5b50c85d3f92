import {decode, encode} from "cborg";
import {z} from "zod";
import {at, CodedError} from "../core/index.ts";
import {SEED_BYTES} from "../parameters/index.ts";
import {ASYNC_FRAME_TYPES, asyncFrameSchemas} from "./segment-frames.ts";

const MAX_MEMBERS = 1024;
const MAX_PHASES = 65_536;
/** Greatest size of a contribution's products, which lets them go into one frame. */
const MOST_PRODUCT_BYTES = 128 * 1024;
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const run = z.string().regex(/^[0-9a-f]{32}$/);
const member = z.string().min(1).max(64);
const members = z.array(member).min(1).max(MAX_MEMBERS);
const round = z.int().min(0).max(1_000_000);
/** A ballot begins only after a quorum has given up the one before; no run comes near this number. */
const ballot = z.int().min(0).max(1_000_000);
/** Greatest number of attempts in one ballot. */
export const MOST_TRIALS = 64;
const weight = z.number().positive().max(MAX_MEMBERS);
const signature = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 128);

const bodySchema = z.strictObject({
  run,
  round,
  attempt: ballot,
  group: hex32,
  roster: hex32,
  parent: hex32,
  contributors: members,
  weight,
  peakWeight: weight,
  result: hex32,
});

/**
 * The members' decision about a round. `attempt` is the ballot whose exchange made the result; `group` is the
 * hash of the very start of that exchange: of the ballot, the participants and their signed contributions.
 * `roster` and `parent` are the hashes of the roster and of the body before. `weight` is the sum of the
 * contributors' p_i. `peakWeight` is the largest such sum since the run began; the plan's share of it must
 * take part. `result` is the hash of the resulting snapshot.
 */
export type CertificateBody = Readonly<z.infer<typeof bodySchema>>;

const votes = z.array(z.strictObject({member, signature})).min(1).max(MAX_MEMBERS);
const certificateSchema = z.strictObject({body: bodySchema, ballot, votes});

/** A body with the votes of a quorum to commit it, all of one ballot: proof of the round's one result. */
export type Certificate = Readonly<z.infer<typeof certificateSchema>>;

/**
 * A body with the votes of a quorum to accept it, all of one ballot: proof that a quorum verified it, and
 * that nothing else can have been decided in that ballot.
 */
export type Lock = Certificate;

/** The two votes on a body: `accept`, this member verified it; `commit`, it holds a {@link Lock} on it. */
export const VOTE_STEPS = ["accept", "commit"] as const;

/** See {@link VOTE_STEPS}. */
export type VoteStep = (typeof VOTE_STEPS)[number];

const step = z.enum(VOTE_STEPS);
const hashes = z.array(hex32).min(1).max(MAX_MEMBERS);
const chunk = z
  .int()
  .min(0)
  .max(MAX_MEMBERS - 1);
const bytesWithin = (least: number, most: number) =>
  z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= least && value.length <= most,
  );
const seed = bytesWithin(SEED_BYTES, SEED_BYTES);
/** Binary64 numbers, little-endian. */
const products = bytesWithin(8, MOST_PRODUCT_BYTES);
const pair = <Schema extends z.ZodType>(schema: Schema) => z.tuple([schema, schema]);
const contradictionSchema = z.discriminatedUnion("kind", [
  z.strictObject({kind: z.literal("vote"), ballot, step, bodies: pair(hex32), signatures: pair(signature)}),
  z.strictObject({kind: z.literal("ready"), contributions: pair(hex32), signatures: pair(signature)}),
  z.strictObject({kind: z.literal("parts"), group: hex32, parts: pair(hashes), signatures: pair(signature)}),
  z.strictObject({kind: z.literal("sum"), group: hex32, chunk, sum: hex32, parts: hex32, signature}),
  z.strictObject({kind: z.literal("products"), group: hex32, seed, products, signature}),
]);

/**
 * Signed words of one member of which one is a lie. Two votes of one ballot and step, two contributions, or
 * two lists of an attempt's parts are proof by themselves. A false sum and false products are proof together
 * with the parts, whose hashes are signed.
 */
export type Contradiction = Readonly<z.infer<typeof contradictionSchema>>;

const common = {run, round};
/** The schema of every {@link Frame}: closed, so that no other field leaves a node. */
export const frameSchema = z.discriminatedUnion("type", [
  z.strictObject({...common, type: z.literal("ready"), contribution: hex32, parent: hex32, signature}),
  z.strictObject({...common, type: z.literal("timeout"), ballot, lock: certificateSchema.nullable()}),
  z.strictObject({
    ...common,
    type: z.literal("start"),
    ballot,
    trial: z
      .int()
      .min(0)
      .max(MOST_TRIALS - 1),
    participants: z
      .array(z.strictObject({member, contribution: hex32, signature}))
      .min(1)
      .max(MAX_MEMBERS),
  }),
  z.strictObject({
    ...common,
    type: z.literal("summed"),
    group: hex32,
    chunk,
    sum: hex32,
    parts: hex32,
    signature,
  }),
  z.strictObject({...common, type: z.literal("parts"), group: hex32, member, parts: hashes, signature}),
  z.strictObject({...common, type: z.literal("challenge"), group: hex32, seed}),
  z.strictObject({...common, type: z.literal("products"), group: hex32, seed, products, signature}),
  z.strictObject({...common, type: z.literal("again"), group: hex32}),
  z.strictObject({...common, type: z.literal("waiting"), group: hex32, members}),
  z.strictObject({
    ...common,
    type: z.literal("mass"),
    group: hex32,
    phase: z.int().min(0).max(MAX_PHASES),
    sum: hex32,
  }),
  z.strictObject({
    ...common,
    type: z.literal("object"),
    group: hex32,
    member,
    reason: z.enum(["invalid", "unreachable", "false"]),
  }),
  z.strictObject({
    ...common,
    type: z.literal("propose"),
    ballot,
    body: bodySchema,
    proof: z.strictObject({ballot, votes}).nullable(),
    signature,
  }),
  z.strictObject({...common, type: z.literal("vote"), ballot, step, body: hex32, signature}),
  z.strictObject({...common, type: z.literal("contradiction"), member, claims: contradictionSchema}),
  z.strictObject({...common, type: z.literal("certificate"), certificate: certificateSchema}),
  z.strictObject({...common, type: z.literal("ask")}),
  ...asyncFrameSchemas(common),
]);

/** A message of the round protocol; docs/wire.md describes each purpose. */
export type Frame = Readonly<z.infer<typeof frameSchema>>;

/** The frame of that type. */
export type FrameOf<Type extends Frame["type"]> = Extract<Frame, {type: Type}>;

/** A frame of the round itself. */
export type RoundFrame = Exclude<Frame, AsyncFrame>;

/** A frame between members of an attempt. */
export type ExchangeFrame = FrameOf<
  "parts" | "summed" | "challenge" | "products" | "again" | "waiting" | "mass"
>;

/** A frame of the asynchronous mode. */
export type AsyncFrame = FrameOf<(typeof ASYNC_FRAME_TYPES)[number]>;

/** Tells whether `frame` belongs to the asynchronous mode. */
export function isAsyncFrame(frame: Frame): frame is AsyncFrame {
  return ASYNC_FRAME_TYPES.some((type) => type === frame.type);
}

/** Deterministic CBOR (RFC 8949, 4.2.3) of `value`. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encode(value);
}

/** Encodes `frame` for a link. */
export function encodeFrame(frame: Frame): Uint8Array {
  return canonicalBytes(frame);
}

function decodeAs<Value>(schema: z.ZodType<Value>, bytes: Uint8Array, what: string): Value {
  let value: unknown;
  try {
    value = decode(bytes, {
      strict: true,
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (cause) {
    throw new CodedError("GOSSIP_FRAME_MALFORMED", `${what} is not strict CBOR`, {cause});
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const where = at(parsed.error.issues, 0).path.join(".");
    throw new CodedError(
      "GOSSIP_FRAME_MALFORMED",
      `${what} breaks the schema${where === "" ? "" : ` at ${where}`}`,
    );
  }
  return parsed.data;
}

/** Reads a frame from a peer. @throws GOSSIP_FRAME_MALFORMED */
export function decodeFrame(bytes: Uint8Array): Frame {
  return decodeAs(frameSchema, bytes, "a frame");
}

/** Reads a certificate from a disk. @throws GOSSIP_FRAME_MALFORMED */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  return decodeAs(certificateSchema, bytes, "a certificate");
}

/** Reads a certificate's body from a disk. @throws GOSSIP_FRAME_MALFORMED */
export function decodeBody(bytes: Uint8Array): CertificateBody {
  return decodeAs(bodySchema, bytes, "a certificate's body");
}

/** Reads a proof against a member from a disk. @throws GOSSIP_FRAME_MALFORMED */
export function decodeContradiction(bytes: Uint8Array): Contradiction {
  return decodeAs(contradictionSchema, bytes, "a proof");
}
