import {z} from "zod";
import {decodeFrame, type Event, encodeFrame, type Frame} from "../../rounds/index.ts";

const id = z.int().min(0);
const peer = z.string();

/** An {@link Event} without data: bytes are replaced by their size. */
export const traceEventSchema = z.discriminatedUnion("type", [
  z.strictObject({type: z.literal("contribute"), round: z.int(), hash: z.string(), size: z.int().min(0)}),
  z.strictObject({type: z.literal("begin"), round: z.int()}),
  z.strictObject({
    type: z.literal("progress"),
    round: z.int(),
    unit: z.int(),
    hash: z.string(),
    size: z.int().min(0),
  }),
  z.strictObject({
    type: z.literal("frame"),
    from: peer,
    frame: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
  z.strictObject({type: z.literal("link-up"), peer}),
  z.strictObject({type: z.literal("link-down"), peer}),
  z.strictObject({type: z.literal("fetched"), id, size: z.int().min(0)}),
  z.strictObject({type: z.literal("fetch-failed"), id}),
  z.strictObject({type: z.literal("persisted"), id}),
  z.strictObject({
    type: z.literal("timer"),
    timer: z.enum(["deadline", "exchange", "patience", "catch-up", "async"]),
  }),
]);

/** See {@link traceEventSchema}. */
export type TraceEvent = Readonly<z.infer<typeof traceEventSchema>>;

/** Removes the parts of a frame that tell of parameters. */
function withoutProducts(frame: Frame): Frame {
  if (frame.type === "products") return {...frame, products: new Uint8Array(frame.products.length)};
  if (frame.type !== "contradiction" || frame.claims.kind !== "products") return frame;
  const {claims} = frame;
  return {...frame, claims: {...claims, products: new Uint8Array(claims.products.length)}};
}

/** Converts `event` to the form in which it is kept. */
export function toTraceEvent(event: Event): TraceEvent {
  switch (event.type) {
    case "contribute": {
      const {hash, bytes} = event.contribution;
      return {type: "contribute", round: event.round, hash, size: bytes.length};
    }
    case "progress": {
      const {hash, bytes} = event.contribution;
      return {type: "progress", round: event.round, unit: event.unit, hash, size: bytes.length};
    }
    case "frame":
      return {type: "frame", from: event.from, frame: encodeFrame(withoutProducts(event.frame))};
    case "fetched":
      return {type: "fetched", id: event.id, size: event.bytes.length};
    default:
      return event;
  }
}

/** Restores the event from `kept`, with zeros in the place of bytes. @throws GOSSIP_FRAME_MALFORMED */
export function fromTraceEvent(kept: TraceEvent): Event {
  switch (kept.type) {
    case "contribute": {
      const contribution = {hash: kept.hash, bytes: new Uint8Array(kept.size)};
      return {type: "contribute", round: kept.round, contribution};
    }
    case "progress": {
      const {round, unit, hash, size} = kept;
      return {type: "progress", round, unit, contribution: {hash, bytes: new Uint8Array(size)}};
    }
    case "frame":
      return {type: "frame", from: kept.from, frame: decodeFrame(kept.frame)};
    case "fetched":
      return {type: "fetched", id: kept.id, bytes: new Uint8Array(kept.size)};
    default:
      return kept;
  }
}
