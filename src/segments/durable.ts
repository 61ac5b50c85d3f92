import {decode} from "cborg";
import {z} from "zod";
import {CodedError, present, toHex} from "../core/index.ts";
import type {Mass, Mixture} from "../parameters/index.ts";
import {type AsyncRecord, type Blob, canonicalBytes, type MemberId} from "../rounds/index.ts";
import {ownClock} from "./clock.ts";
import type {OpenExchange, SegmentState, Travelling} from "./types.ts";

const count = z.int().min(0);
const id = {incarnation: count, seq: count};
const hash = z.string().length(64);
const peer = z.string();
/** Encoded bytes, and the weight in them: a replay of a trace does not have the bytes. */
const mass = z.strictObject({hash, weight: z.number().positive()});
const noted = z.array(z.strictObject({peer, ...id}));

const durableSchema = z.strictObject({
  incarnation: count,
  units: count,
  exchanges: count,
  clock: z.number(),
  weight: z.number().positive(),
  values: hash,
  pending: hash.nullable(),
  isClosed: z.boolean(),
  handled: noted,
  received: noted,
  committed: z.array(z.strictObject({peer, ...id, outcome: z.enum(["mixed", "adopt"])})),
  outbox: z.array(z.strictObject({peer, ...id, mass})),
  prepared: z.array(z.strictObject({peer, ...id, share: z.number(), theirs: mass})),
  phase: count.nullable(),
  /** The own mass from which all prepared exchanges began. */
  own: mass.nullable(),
});

type Durable = Readonly<z.infer<typeof durableSchema>>;

/** An edge that this member has promised to apply on request, with the peer's mass in it. */
type PromisedEdge = OpenExchange & {
  readonly theirs: Mass;
  readonly theirBytes: Uint8Array;
  readonly theirHash: string;
};

function promised({step}: SegmentState): PromisedEdge[] {
  if (step === null) return [];
  return [...step.edges.values()]
    .filter(({state}) => state === "preparing" || state === "prepared")
    .map((edge) => ({
      ...edge,
      theirs: present(edge.theirs, "the mass of a promised exchange"),
      theirBytes: present(edge.theirBytes, "the bytes of a promised exchange"),
      theirHash: present(edge.theirHash, "the hash of a promised exchange"),
    }));
}

function entriesOf<Entry>(map: ReadonlyMap<MemberId, Entry>): (Entry & {readonly peer: MemberId})[] {
  return [...map].map(([member, entry]) => ({peer: member, ...entry}));
}

/** The bytes of binary64 numbers, little-endian: a copy. */
function bytesOf(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat64(8 * index, value, true));
  return bytes;
}

/**
 * Encodes everything that must outlive the process in one record; no crash can separate parts that belong
 * together.
 */
export function encodeSegment(state: SegmentState): AsyncRecord {
  const {setup, step, pending} = state;
  const blobs: Blob[] = [];
  const keep = (bytes: Uint8Array, name = toHex(setup.primitives.hash(bytes))): string => {
    blobs.push({hash: name, bytes});
    return name;
  };
  const keepMass = ({mixture, mass: {weight}}: Travelling) => ({
    hash: keep(mixture.bytes, mixture.hash),
    weight,
  });
  const short = ({peer: member, incarnation, seq}: {peer: MemberId; incarnation: number; seq: number}) => ({
    peer: member,
    incarnation,
    seq,
  });
  const edges = promised(state);
  const durable: Durable = {
    incarnation: state.incarnation,
    units: state.units,
    exchanges: state.exchanges,
    clock: ownClock(state),
    weight: state.weight,
    values: keep(bytesOf(state.values)),
    pending: pending === null ? null : keep(bytesOf(pending)),
    isClosed: state.stage === "closed",
    handled: entriesOf(state.handled).map(short),
    received: entriesOf(state.received).map(short),
    committed: entriesOf(state.committed).map((entry) => ({...short(entry), outcome: entry.outcome})),
    outbox: [...state.outbox].map(([member, {id: of, travelling}]) => ({
      ...short({peer: member, ...of}),
      mass: keepMass(travelling),
    })),
    prepared: edges.map(({peer: member, id: of, share, theirs, theirBytes, theirHash}) => ({
      ...short({peer: member, ...of}),
      share,
      theirs: {hash: keep(theirBytes, theirHash), weight: theirs.weight},
    })),
    phase: step?.phase ?? null,
    own: edges.length > 0 && step !== null ? keepMass(step.own) : null,
  };
  return {kind: "async", round: setup.round, state: canonicalBytes(durable), blobs};
}

function damaged(fault: string): CodedError<"GOSSIP_RECORD_DAMAGED"> {
  return new CodedError("GOSSIP_RECORD_DAMAGED", `the record of the asynchronous segment ${fault}`, {
    hint: "Restore the state directory from a backup, or begin the run anew under another attempt.",
  });
}

/** @throws GOSSIP_RECORD_DAMAGED */
function read(bytes: Uint8Array): Durable {
  const parsed = durableSchema.safeParse(decode(bytes, {strict: true, rejectDuplicateMapKeys: true}));
  if (!parsed.success) throw damaged("is not one that this version knows");
  return parsed.data;
}

/** Hashes of the blobs that a record's state names. @throws GOSSIP_RECORD_DAMAGED */
export function blobsOf(bytes: Uint8Array): string[] {
  const {values, pending, outbox, prepared, own} = read(bytes);
  const masses = [...outbox.map((share) => share.mass), ...prepared.map(({theirs}) => theirs)];
  const names = [values, pending, own?.hash ?? null, ...masses.map((named) => named.hash)];
  return names.filter((name) => name !== null);
}

/**
 * Restores a fresh `state` from the record.
 * @throws GOSSIP_RECORD_DAMAGED, PARAMETERS_*
 */
export function restoreSegment(state: SegmentState, record: AsyncRecord): void {
  const durable = read(record.state);
  const blobs = new Map(record.blobs.map(({hash: name, bytes}) => [name, bytes]));
  const blob = (name: string): Uint8Array => {
    const bytes = blobs.get(name);
    if (bytes === undefined) throw damaged("names a vector that is missing");
    return bytes;
  };
  const {setup, values} = state;
  const numbers = (name: string): Float64Array => {
    const bytes = blob(name);
    if (bytes.length !== 8 * values.length) throw damaged("holds a vector of another size");
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return Float64Array.from(values, (_, index) => view.getFloat64(8 * index, true));
  };
  const travelling = ({hash: name, weight}: z.infer<typeof mass>): Travelling => {
    const bytes = blob(name);
    const decoded = new Float64Array(values.length);
    setup.spec.codec.accumulate(bytes, 0, decoded);
    // The brand exists for the compiler only: this member encoded these bytes itself before it stopped.
    return {mixture: {hash: name, bytes} as Mixture, mass: {values: decoded, weight}};
  };
  state.incarnation = durable.incarnation;
  state.units = durable.units;
  state.exchanges = durable.exchanges;
  state.clock.set(setup.self, durable.clock);
  state.weight = durable.weight;
  state.values = numbers(durable.values);
  state.pending = durable.pending === null ? null : numbers(durable.pending);
  state.stage = durable.isClosed ? "closed" : "idle";
  for (const {peer: of, ...entry} of durable.handled) state.handled.set(of, {...entry, version: 0});
  for (const {peer: of, ...entry} of durable.received) state.received.set(of, {...entry, version: 0});
  for (const {peer: of, ...entry} of durable.committed) state.committed.set(of, {...entry, version: 0});
  for (const {peer: of, mass: share, ...entry} of durable.outbox) {
    state.outbox.set(of, {id: entry, travelling: travelling(share)});
  }
  if (durable.own === null) return;
  const edges = durable.prepared.map(({peer: of, share, theirs, ...entry}): [MemberId, OpenExchange] => [
    of,
    {
      peer: of,
      id: entry,
      role: "acceptor",
      share,
      view: null,
      state: "prepared",
      theirs: travelling(theirs).mass,
      theirBytes: blob(theirs.hash),
      theirHash: theirs.hash,
      sinceMs: 0,
    },
  ]);
  state.step = {
    phase: durable.phase,
    own: travelling(durable.own),
    edges: new Map(edges),
    awaited: new Set(),
    startedAtMs: 0,
    deadlineMs: 0,
  };
}
