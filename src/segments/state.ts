import {createRandom, toHex} from "../core/index.ts";
import {contributionSize, drawDither, type Mass} from "../parameters/index.ts";
import {
  type AsyncFrame,
  canonicalBytes,
  createDeadline,
  type MemberId,
  type Report,
} from "../rounds/index.ts";
import {encodeSegment} from "./durable.ts";
import type {
  ExchangeId,
  MassFetch,
  SegmentContext,
  SegmentSetup,
  SegmentState,
  Travelling,
  WritePurpose,
} from "./types.ts";

/** The state of a member that has no mass except its weight at the snapshot: s = 0, w = p. */
export function createSegmentState(setup: SegmentSetup): SegmentState {
  const {self, run, round, limits, spec, reference} = setup;
  return {
    setup,
    random: createRandom({seed: 0, site: self, round, purpose: `async ${run}`}),
    exchanging: createDeadline(limits),
    stage: "idle",
    values: new Float64Array(reference.length),
    weight: spec.weight,
    pending: null,
    incarnation: 0,
    seq: 0,
    units: 0,
    exchanges: 0,
    work: null,
    clock: new Map(),
    movedAtMs: new Map(),
    linked: new Set(),
    closers: new Set(),
    step: null,
    phase: 0,
    wantsExchange: false,
    retryAtMs: 0,
    committed: new Map(),
    handled: new Map(),
    outbox: new Map(),
    received: new Map(),
    differing: new Set(),
    fork: null,
    joining: null,
    mayJoin: true,
    shown: null,
    distances: new Map(),
    version: 0,
    durable: 0,
    writes: new Map(),
    fetches: new Map(),
    closingSinceMs: 0,
    isTimerArmed: false,
  };
}

/** This member's estimate z = ref + s / w, `[d]` in binary32, owned by the caller. */
export function estimateOf({setup, values, weight}: SegmentState): Float32Array {
  return setup.reference.map((value, index) => value + (values[index] as number) / weight);
}

/** Adds a mass to this member's, or takes it away. */
export function addToMass(state: SegmentState, mass: Mass, sign: 1 | -1): void {
  const {values} = state;
  for (let index = 0; index < values.length; index++) {
    values[index] = (values[index] as number) + sign * (mass.values[index] as number);
  }
  state.weight += sign * mass.weight;
}

/** Tells whether `a` is the same exchange as `b`, or an earlier one of the same initiator. */
export function isUpTo(a: ExchangeId, b: ExchangeId | undefined): boolean {
  if (b === undefined) return false;
  return a.incarnation < b.incarnation || (a.incarnation === b.incarnation && a.seq <= b.seq);
}

/** Tells whether both name the same exchange. */
export function isSame(a: ExchangeId, b: ExchangeId | undefined): boolean {
  return a.incarnation === b?.incarnation && a.seq === b.seq;
}

/** Makes a new id of this member's. */
export function nextExchange(state: SegmentState): ExchangeId {
  state.seq += 1;
  return {incarnation: state.incarnation, seq: state.seq};
}

/** The members that this one sees: itself and the linked ones, sorted. */
export function viewOf({setup, linked}: SegmentState): MemberId[] {
  return setup.members.filter((member) => member === setup.self || linked.has(member));
}

/** Digest of the view. */
export function viewDigest(state: SegmentState): string {
  return toHex(state.setup.primitives.hash(canonicalBytes(["consilium/view/1", viewOf(state)])));
}

/** Encodes the fraction `share` of this member's mass, and reads it as the peer will. */
export function freeze(state: SegmentState, share = 1): Travelling {
  const {setup, weight} = state;
  const {primitives, spec} = setup;
  const {hash, arithmetic} = primitives;
  const values = share === 1 ? state.values : state.values.map((value) => share * value);
  const mixture = arithmetic.encodeMass(
    hash,
    spec.codec,
    {values, weight: share * weight},
    drawDither(state.random),
  );
  const expected = {hash: null, values: values.length, maximumWeight: setup.members.length};
  return {mixture, mass: arithmetic.openMass(hash, spec.codec, mixture.bytes, expected)};
}

type Content = AsyncFrame extends infer Each
  ? Each extends AsyncFrame
    ? Omit<Each, "run" | "round">
    : never
  : never;

/** Sends a frame of this segment to a linked member; important frames are repeated when a link comes back. */
export function tell({state, emit}: SegmentContext, to: MemberId, content: Content): void {
  const {run, round} = state.setup;
  if (!state.linked.has(to)) return;
  emit({type: "send", to, frame: {run, round, ...content}});
}

/** Fetches an announced mass. */
export function fetchMass(context: SegmentContext, purpose: MassFetch): void {
  const {setup, values} = context.state;
  const total = contributionSize(setup.spec.codec, values.length);
  const fetch = context.nextId();
  const {peer, hash} = purpose;
  context.state.fetches.set(fetch, purpose);
  context.emit({type: "fetch", id: fetch, from: peer, hash, offset: 0, length: total, total});
}

/** Ends the fetches for an exchange. */
export function cancelFetch(context: SegmentContext, peer: MemberId, id: ExchangeId): void {
  for (const [fetch, purpose] of context.state.fetches) {
    if (purpose.peer !== peer || !isSame(purpose.id, id)) continue;
    context.state.fetches.delete(fetch);
    context.emit({type: "cancel", id: fetch});
  }
}

/** Writes down the present segment; messages that depend on it wait for the disk under `purpose`. */
export function save(context: SegmentContext, purpose: WritePurpose): number {
  const {state} = context;
  const write = context.nextId();
  state.version += 1;
  state.writes.set(write, {version: state.version, purpose});
  context.emit({type: "persist", id: write, record: encodeSegment(state)});
  return state.version;
}

/** Reports to people. */
export function tellPeople({emit}: SegmentContext, report: Report): void {
  emit({type: "report", report});
}
