import {decodeFirst} from "cborg";
import {z} from "zod";
import {CodedError} from "../../core/index.ts";
import {canonicalBytes} from "../../rounds/index.ts";
import {outcomeSchema} from "./outcome.ts";
import {traceEventSchema} from "./trace-event.ts";

const deadlineMemory = z.strictObject({
  meanMs: z.number().nullable(),
  deviationMs: z.number(),
  factor: z.number(),
});
const peers = z.array(z.string());
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const accepted = z.strictObject({ballot: z.int(), body: bytes}).nullable();

const headerSchema = z.strictObject({
  formatVersion: z.literal(1),
  /** Whatever the recorder's owner needs to rebuild the session's setup. */
  context: z.record(z.string(), z.union([z.string(), z.number(), bytes])),
  certificate: bytes.nullable(),
  round: z
    .strictObject({
      contribution: z.strictObject({hash: z.string(), size: z.int().min(0)}).nullable(),
      accepted,
      lock: bytes.nullable(),
      committedIn: z.int().min(-1),
      held: z.array(z.string()),
      segment: z
        .strictObject({
          round: z.int(),
          state: bytes,
          blobs: z.array(z.strictObject({hash: z.string(), size: z.int().min(0)})),
        })
        .nullable(),
    })
    .nullable(),
  /** The newest certificates, oldest first. */
  recent: z.array(bytes),
  /** Members that are proven to have contradicted themselves. */
  equivocators: peers,
  checkpoint: z
    .strictObject({
      lastId: z.int().min(0),
      presence: z.strictObject({linked: peers, lost: peers, heard: peers}),
      readiness: deadlineMemory,
      exchanging: deadlineMemory,
      atMs: z.number(),
      worth: peers,
      early: z.array(z.strictObject({from: z.string(), frame: bytes})),
    })
    .nullable(),
});

const entrySchema = z.strictObject({
  atMs: z.number(),
  event: traceEventSchema,
  outcomes: z.array(outcomeSchema),
  /** Each effect in one line. */
  effects: z.array(z.string()),
  /** Code that the session threw, or null. */
  error: z.string().nullable(),
});

/** The beginning of a trace: the state of the session there. */
export type TraceHeader = Readonly<z.infer<typeof headerSchema>>;

/** One event with its computations and effects. */
export type TraceEntry = Readonly<z.infer<typeof entrySchema>>;

/** A trace as it was read. */
export interface Trace {
  readonly header: TraceHeader;
  readonly entries: readonly TraceEntry[];
  /** True if the end is torn off, as by a crash. */
  readonly isTorn: boolean;
}

/** Encodes a header or an entry; a trace is a sequence of them (RFC 8742), the header first. */
export function encodeTrace(item: TraceHeader | TraceEntry): Uint8Array {
  return canonicalBytes(item);
}

function invalid(what: string): CodedError {
  return new CodedError("GOSSIP_TRACE_INVALID", `the file is no trace of this version: ${what}`, {
    hint: "Give a file trace-*.cbor from a node's state directory, and replay it with the version that wrote it.",
  });
}

/** Reads a trace and leaves out an incomplete item at its end. @throws GOSSIP_TRACE_INVALID */
export function decodeTrace(sequence: Uint8Array): Trace {
  const entries: TraceEntry[] = [];
  let header: TraceHeader | null = null;
  let rest = sequence;
  let isTorn = false;
  while (rest.length > 0 && !isTorn) {
    let item: unknown;
    try {
      [item, rest] = decodeFirst(rest, {rejectDuplicateMapKeys: true, allowIndefinite: false});
    } catch {
      isTorn = true;
      break;
    }
    const parsed = (header === null ? headerSchema : entrySchema).safeParse(item);
    if (!parsed.success) throw invalid(`item ${entries.length} breaks the schema`);
    if (header === null) header = parsed.data as TraceHeader;
    else entries.push(parsed.data as TraceEntry);
  }
  if (header === null) throw invalid("it has no header");
  return {header, entries, isTorn};
}
