import {decode, encode} from "cborg";
import {z} from "zod";
import {CodedError} from "../core/index.ts";
import {ASYNC_FRAME_TYPES, asyncFrameSchemas} from "./async/frames.ts";

const MAX_MEMBERS = 1024;
const MAX_PHASES = 65_536;
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const run = z.string().regex(/^[0-9a-f]{32}$/);
const member = z.string().min(1).max(64);
const members = z.array(member).min(1).max(MAX_MEMBERS);
const round = z.int().min(0).max(1_000_000);
const ballot = z
  .int()
  .min(0)
  .max(2 ** 31);
const weight = z.number().positive().max(MAX_MEMBERS);
const signature = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 128);

const bodySchema = z.strictObject({
  run,
  round,
  attempt: ballot,
  roster: hex32,
  parent: hex32,
  contributors: members,
  weight,
  peakWeight: weight,
  result: hex32,
});

/**
 * What the members decide about a round.
 * `attempt` is the ballot whose exchange made the result; `roster` and `parent` are the hashes of the roster
 * and of the body before; `weight` is the sum of the contributors' p_i; `peakWeight` the largest such sum since
 * the run began, of which the plan's share must take part; `result` is the hash of the resulting snapshot.
 */
export type CertificateBody = Readonly<z.infer<typeof bodySchema>>;

const certificateSchema = z.strictObject({
  body: bodySchema,
  ballot,
  votes: z.array(z.strictObject({member, signature})).min(1).max(MAX_MEMBERS),
});

/** A body with the votes of a majority of the roster, all of one ballot: proof of the round's one result. */
export type Certificate = Readonly<z.infer<typeof certificateSchema>>;

const common = {run, round};
const frameSchema = z.discriminatedUnion("type", [
  z.strictObject({...common, type: z.literal("ready"), contribution: hex32}),
  z.strictObject({...common, type: z.literal("prepare"), ballot}),
  z.strictObject({
    ...common,
    type: z.literal("promise"),
    ballot,
    accepted: z.strictObject({ballot, body: bodySchema}).nullable(),
  }),
  z.strictObject({...common, type: z.literal("refuse"), ballot, promised: ballot}),
  z.strictObject({
    ...common,
    type: z.literal("start"),
    ballot,
    participants: z
      .array(z.strictObject({member, contribution: hex32}))
      .min(1)
      .max(MAX_MEMBERS),
  }),
  z.strictObject({
    ...common,
    type: z.literal("summed"),
    group: hex32,
    chunk: z.int().min(0).max(MAX_MEMBERS),
    sum: hex32,
  }),
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
    reason: z.enum(["invalid", "unreachable"]),
  }),
  z.strictObject({...common, type: z.literal("propose"), ballot, body: bodySchema}),
  z.strictObject({...common, type: z.literal("vote"), ballot, body: hex32, signature}),
  z.strictObject({...common, type: z.literal("certificate"), certificate: certificateSchema}),
  z.strictObject({...common, type: z.literal("ask")}),
  ...asyncFrameSchemas(common),
]);

/** A message of the round protocol; docs/wire.md tells what each is for. */
export type Frame = Readonly<z.infer<typeof frameSchema>>;

/** The frame of that type. */
export type FrameOf<Type extends Frame["type"]> = Extract<Frame, {type: Type}>;

/** A frame of the round itself. */
export type RoundFrame = Exclude<Frame, AsyncFrame>;

/** A frame of the asynchronous mode. */
export type AsyncFrame = FrameOf<(typeof ASYNC_FRAME_TYPES)[number]>;

/** Whether `frame` belongs to the asynchronous mode. */
export function isAsyncFrame(frame: Frame): frame is AsyncFrame {
  return ASYNC_FRAME_TYPES.some((type) => type === frame.type);
}

/** Deterministic CBOR (RFC 8949, 4.2.3) of `value`. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encode(value);
}

/** The bytes of `frame` as they go over a link. */
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
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
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
