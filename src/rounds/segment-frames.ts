import {z} from "zod";

const MAX_MEMBERS = 1024;
const count = z
  .int()
  .min(0)
  .max(2 ** 31);
const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const clock = z.array(z.number().min(0).max(1e9)).max(MAX_MEMBERS);
/** Names an exchange among those of its initiator. */
const id = {incarnation: count, seq: count};
/** Index of the schedule's phase since the segment began; null without a schedule. */
const phase = count.nullable();

/**
 * The frames of the asynchronous mode, for the one union of frames. `mass` is the hash of an encoded mass,
 * which carries its weight as its last element. `clock` gives each member's progress in the order of the
 * roster. `view` is the digest of the members that the sender sees.
 * @param common fields of every frame
 */
export function asyncFrameSchemas<Common extends z.ZodRawShape>(common: Common) {
  return [
    z.strictObject({
      ...common,
      type: z.literal("offer"),
      ...id,
      view: hex32,
      phase,
      mass: hex32,
      clock,
    }),
    z.strictObject({...common, type: z.literal("accept"), ...id, mass: hex32, clock}),
    z.strictObject({
      ...common,
      type: z.literal("busy"),
      ...id,
      reason: z.enum(["exchanging", "views-differ", "phase", "closing"]),
      phase,
      clock,
    }),
    z.strictObject({...common, type: z.literal("commit"), ...id, outcome: z.enum(["mixed", "adopt"])}),
    z.strictObject({...common, type: z.literal("abort"), ...id}),
    z.strictObject({...common, type: z.literal("done"), ...id}),
    z.strictObject({...common, type: z.literal("share"), ...id, mass: hex32, clock}),
    z.strictObject({...common, type: z.literal("share-taken"), ...id, isTaken: z.boolean()}),
    z.strictObject({...common, type: z.literal("closing"), clock}),
    z.strictObject({...common, type: z.literal("join")}),
    z.strictObject({...common, type: z.literal("shown"), mass: hex32, clock}),
  ] as const;
}

/** Types of {@link asyncFrameSchemas}. */
export const ASYNC_FRAME_TYPES = [
  "offer",
  "accept",
  "busy",
  "commit",
  "abort",
  "done",
  "share",
  "share-taken",
  "closing",
  "join",
  "shown",
] as const;
