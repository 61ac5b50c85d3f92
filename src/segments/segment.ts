import {createRandom, isCoded, unreachable} from "../core/index.ts";
import type {Mass} from "../parameters/index.ts";
import type {AsyncFrame, AsyncRecord, Contribution, MemberId} from "../rounds/index.ts";
import {clockList, mergeClock} from "./clock.ts";
import {considerClosing, considerHandingIn, onClosing} from "./closing.ts";
import {restoreSegment} from "./durable.ts";
import {askToShow, considerJoining, onJoin, onShown, takeShown, tendJoining} from "./joining.ts";
import {noteFork, onReturn} from "./lineage.ts";
import {considerShare, onReceived, onShare, onShareTaken, sendShare, takeShare} from "./outbox.ts";
import {beginUnit, takeProgress} from "./progress.ts";
import {cancelFetch, createSegmentState, isSame, save, tell} from "./state.ts";
import {callOff, considerStepEnd, dropEdge} from "./steps.ts";
import {abandon, onAbort, onCommit, onOffer, onPrepared, prepareEdge, resendAccept} from "./swap-answer.ts";
import {
  considerOffer,
  decideEdge,
  offerAgain,
  onAccept,
  onBusy,
  onDone,
  sendCommit,
  sendOffer,
} from "./swap-offer.ts";
import type {
  MassFetch,
  OpenExchange,
  SegmentContext,
  SegmentSetup,
  SegmentState,
  WritePurpose,
} from "./types.ts";

/** Opens a member's segment, from the beginning or from its record. @throws GOSSIP_RECORD_DAMAGED */
export function openSegment(
  setup: SegmentSetup,
  linked: Iterable<MemberId>,
  record: AsyncRecord | null,
): SegmentState {
  const state = createSegmentState(setup);
  if (record !== null) restoreSegment(state, record);
  for (const member of linked) state.linked.add(member);
  return state;
}

/** Begins the segment, or resumes it after a restart under a new incarnation. */
export function begin(context: SegmentContext): void {
  const {state} = context;
  if (state.stage !== "idle" || [...state.writes.values()].some(({purpose}) => purpose.kind === "begun"))
    return;
  state.incarnation += 1;
  const {self: site, run, round} = state.setup;
  state.random = createRandom({seed: state.incarnation, site, round, purpose: `async ${run}`});
  save(context, {kind: "begun"});
}

function onBegun(context: SegmentContext): void {
  const {state, nowMs} = context;
  state.stage = "running";
  const {step} = state;
  if (step !== null) {
    context.emit({type: "publish-mixture", mixture: step.own.mixture});
    for (const edge of step.edges.values()) edge.sinceMs = nowMs;
  }
  beginUnit(context);
  for (const peer of state.linked) greet(context, peer);
  considerClosing(context);
}

/** Repeats to a linked member the words that it may have missed. */
function greet(context: SegmentContext, peer: MemberId): void {
  const {state} = context;
  const edge = state.step?.edges.get(peer);
  if (edge !== undefined) resendAccept(context, edge);
  sendCommit(context, peer);
  if (state.stage === "idle") return;
  askToShow(context, peer);
  sendShare(context, peer);
  if (state.closers.has(state.setup.self)) tell(context, peer, {type: "closing", clock: clockList(state)});
}

/** Handles a link that has come up. */
export function onSegmentLinkUp(context: SegmentContext, peer: MemberId): void {
  const {state, nowMs} = context;
  state.linked.add(peer);
  state.movedAtMs.set(peer, nowMs);
  onReturn(context, peer);
  greet(context, peer);
}

/**
 * Handles a link that has gone down: exchanges without a promise are given up, promised ones stay in doubt.
 */
export function onSegmentLinkDown(context: SegmentContext, peer: MemberId): void {
  const {state} = context;
  state.linked.delete(peer);
  state.differing.delete(peer);
  noteFork(context, peer);
  const edge = state.step?.edges.get(peer);
  if (edge?.role === "initiator" || edge?.state === "fetching") dropEdge(context, edge);
  for (const {kind, peer: of, id} of state.fetches.values()) {
    if (kind === "share" && of === peer) cancelFetch(context, peer, id);
  }
}

const COMMON_FRAMES: ReadonlySet<AsyncFrame["type"]> = new Set(["closing", "join", "shown"]);
const PUSH_FRAMES: ReadonlySet<AsyncFrame["type"]> = new Set(["share", "share-taken"]);

/** Tells whether the frame belongs to this segment's way of exchanging masses. */
function isExpected({setup}: SegmentState, {type}: AsyncFrame): boolean {
  return COMMON_FRAMES.has(type) || PUSH_FRAMES.has(type) === (setup.spec.exchange === "push-sum");
}

/** Handles a frame of the segment from a linked member. */
export function onAsyncFrame(context: SegmentContext, from: MemberId, frame: AsyncFrame): void {
  const {state, nowMs} = context;
  if (!isExpected(state, frame)) return undefined;
  if ("clock" in frame) mergeClock(state, frame.clock, nowMs);
  considerJoining(context);
  // After a restart no promise is given before the new incarnation is on disk.
  if (state.stage === "idle" && frame.type !== "offer") return undefined;
  switch (frame.type) {
    case "offer":
      return onOffer(context, from, frame);
    case "accept":
      return onAccept(context, from, frame);
    case "busy":
      return onBusy(context, from, frame);
    case "commit":
      return onCommit(context, from, frame);
    case "abort":
      return onAbort(context, from, frame);
    case "done":
      return onDone(context, from, frame);
    case "share":
      return onShare(context, from, frame);
    case "share-taken":
      return onShareTaken(context, from, frame);
    case "closing":
      return onClosing(context, from);
    case "join":
      return onJoin(context, from);
    case "shown":
      return onShown(context, from, frame);
    default:
      return unreachable(frame);
  }
}

/** Handles a finished unit of work. */
export function onProgress(context: SegmentContext, unit: number, contribution: Contribution): void {
  const {state} = context;
  if (!takeProgress(context, unit, contribution)) return;
  state.wantsExchange = true;
  considerClosing(context);
  beginUnit(context);
}

function openFetched({setup, values}: SegmentState, fetched: MassFetch, bytes: Uint8Array): Mass | null {
  const {primitives, spec, members} = setup;
  // A swap only ever averages weights of at most 1; shares of push-sum can accumulate.
  const maximumWeight = spec.exchange === "swap" ? 1 : members.length;
  try {
    const expected = {hash: fetched.hash, values: values.length, maximumWeight};
    return primitives.arithmetic.openMass(primitives.hash, spec.codec, bytes, expected);
  } catch (error) {
    if (!isCoded(error)) throw error;
    return null;
  }
}

/** Handles a mass that has arrived. */
export function onMassFetched(context: SegmentContext, fetch: MassFetch, bytes: Uint8Array): void {
  const {state} = context;
  const mass = openFetched(state, fetch, bytes);
  if (mass === null) return onMassFailed(context, fetch);
  if (fetch.kind === "share") return takeShare(context, fetch.peer, fetch.id, mass);
  if (fetch.kind === "shown") return takeShown(context, fetch, mass);
  const {step} = state;
  const edge = step?.edges.get(fetch.peer);
  if (step === null || edge?.state !== "fetching" || !isSame(fetch.id, edge.id)) return undefined;
  if (edge.role === "initiator") return decideEdge(context, step, edge, mass);
  return prepareEdge(context, edge, mass, bytes);
}

/** Handles a fetch that failed, or bytes that are no mass. */
export function onMassFailed(context: SegmentContext, fetch: MassFetch): void {
  const edge = context.state.step?.edges.get(fetch.peer);
  if (fetch.kind !== "edge" || edge === undefined || !isSame(fetch.id, edge.id)) return;
  giveUp(context, edge);
}

function giveUp(context: SegmentContext, edge: OpenExchange): void {
  if (edge.role === "initiator") callOff(context, edge);
  else dropEdge(context, edge);
}

/**
 * Sends the messages that waited for a record, which is on disk now. @returns the contribution, if the record
 * was the last
 */
export function onSegmentPersisted(context: SegmentContext, version: number, purpose: WritePurpose): boolean {
  const {state} = context;
  state.durable = Math.max(state.durable, version);
  switch (purpose.kind) {
    case "begun":
      onBegun(context);
      return false;
    case "prepared":
      onPrepared(context, purpose.peer, purpose.id);
      return false;
    case "committed":
      sendCommit(context, purpose.peer);
      return false;
    case "applied": {
      const {incarnation, seq} = purpose.id;
      tell(context, purpose.peer, {type: "done", incarnation, seq});
      return false;
    }
    case "shared":
      sendShare(context, purpose.peer);
      return false;
    case "received":
      onReceived(context, purpose.peer, purpose.id);
      return false;
    case "noted":
      return false;
    default:
      return purpose.kind === "closed";
  }
}

/** Looks after exchanges that have waited too long. */
function tendEdges(context: SegmentContext): void {
  const {state, nowMs} = context;
  const {step, setup} = state;
  if (step === null) return;
  for (const edge of Array.from(step.edges.values())) {
    const isInDoubt = edge.state === "prepared";
    if (isInDoubt && nowMs - edge.sinceMs >= setup.spec.abandonMs) abandon(context, edge);
    else if (isInDoubt) resendAccept(context, edge);
    else if (edge.state !== "preparing" && nowMs >= step.deadlineMs) giveUp(context, edge);
    else if (edge.state === "offered") sendOffer(context, step, edge);
  }
  considerStepEnd(context);
  offerAgain(context);
}

/** Repeats messages that may have been lost, and goes on if others have not answered. */
export function onAsyncTimer(context: SegmentContext): void {
  const {state} = context;
  state.isTimerArmed = false;
  tendEdges(context);
  tendJoining(context);
  for (const peer of state.committed.keys()) sendCommit(context, peer);
  for (const peer of state.outbox.keys()) sendShare(context, peer);
  if (!state.closers.has(state.setup.self)) return;
  for (const peer of state.linked) tell(context, peer, {type: "closing", clock: clockList(state)});
}

function isWaiting(state: SegmentState): boolean {
  const {stage, step, wantsExchange, committed, outbox, closers, joining, shown} = state;
  if (joining !== null || shown !== null) return true;
  if (step !== null || wantsExchange || committed.size > 0 || outbox.size > 0) return true;
  return stage === "closing" || (stage === "running" && closers.size > 0);
}

/** Concludes every event: starts the next exchange, hands in, and sets the timer. */
export function settleSegment(context: SegmentContext): void {
  const {state} = context;
  if (state.setup.spec.exchange === "swap") considerOffer(context);
  else considerShare(context);
  considerHandingIn(context);
  if (state.isTimerArmed || state.stage === "idle" || !isWaiting(state)) return;
  state.isTimerArmed = true;
  context.emit({type: "arm", timer: "async", afterMs: state.setup.limits.minimumMs});
}
