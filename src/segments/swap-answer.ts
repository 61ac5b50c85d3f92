import {present} from "../core/index.ts";
import type {Mass} from "../parameters/index.ts";
import type {FrameOf, MemberId} from "../rounds/index.ts";
import {clockList} from "./clock.ts";
import {settleFork} from "./lineage.ts";
import {scheduledPartners} from "./partners.ts";
import {fetchMass, isSame, isUpTo, save, tell, tellPeople, viewDigest} from "./state.ts";
import {adoptEstimate, applyEdge, callOff, dropEdge, openStep} from "./steps.ts";
import {noteDiffering} from "./swap-offer.ts";
import type {ExchangeId, OpenExchange, SegmentContext, SegmentState, Step} from "./types.ts";

type Offer = FrameOf<"offer">;
type Refusal = FrameOf<"busy">["reason"];

/*
 * Swap with commit, the side that promises: (fetch, write down) accept -> commit -> (apply, write down) done.
 * Once it has accepted it is in doubt, and leaves its mass alone until the initiator says commit or abort.
 */

/** Takes an offer, or answers with the reason for refusing it. */
export function onOffer(context: SegmentContext, from: MemberId, frame: Offer): void {
  const {state} = context;
  if (isUpTo(frame, state.handled.get(from))) return undefined;
  if (frame.view === viewDigest(state)) state.differing.delete(from);
  const earlier = state.step?.edges.get(from);
  if (earlier?.role === "acceptor") {
    if (isSame(frame, earlier.id)) return resendAccept(context, earlier);
    refuse(context, from, frame, "exchanging");
    return resendAccept(context, earlier);
  }
  const place = placeFor(context, from, frame);
  if (typeof place === "string") return refuse(context, from, frame, place);
  return answer(context, from, frame, place);
}

function refuse(
  context: SegmentContext,
  to: MemberId,
  {incarnation, seq}: ExchangeId,
  reason: Refusal,
): void {
  const {state} = context;
  const phase = reason === "phase" ? state.phase : null;
  tell(context, to, {type: "busy", incarnation, seq, reason, phase, clock: clockList(state)});
}

interface Place {
  readonly step: Step;
  readonly share: number;
}

/** Reason for which no offer at all can be taken now. */
function refusalOf({stage, joining}: SegmentState): Refusal | null {
  // No offer is taken before the incarnation is on disk, but an answer now saves the other a wait.
  if (stage === "idle" || joining !== null) return "exchanging";
  return stage === "running" ? null : "closing";
}

/** The step in which an offer can be taken and its share, or the reason for refusing it. */
function placeFor(context: SegmentContext, from: MemberId, offer: Offer): Place | Refusal {
  const {state} = context;
  const refusal = refusalOf(state);
  if (refusal !== null) return refusal;
  if (offer.phase !== null) return placeInPhase(context, from, offer, offer.phase);
  const {step} = state;
  const own = step?.edges.get(from);
  if (step !== null && (own === undefined || !yieldsTo(context, own, from))) return "exchanging";
  if (own !== undefined) callOff(context, own);
  if (state.step !== null) return "exchanging";
  return {step: openStep(context, null, []), share: 0.5};
}

/** Tells whether this member yields: of two crossing offers, the one of the lower member goes on. */
function yieldsTo({state}: SegmentContext, own: OpenExchange, from: MemberId): boolean {
  return own.role === "initiator" && own.state === "offered" && from < state.setup.self;
}

function placeInPhase(context: SegmentContext, from: MemberId, offer: Offer, phase: number): Place | Refusal {
  const {state} = context;
  // Without a schedule, or in another view, there are no partners to find.
  const partners = offer.view === viewDigest(state) ? scheduledPartners(state, phase) : [];
  const share = partners.find(({peer}) => peer === from)?.share;
  if (share === undefined) {
    noteDiffering(context, from);
    return "views-differ";
  }
  const refusal = phaseRefusal(state, phase);
  if (refusal !== null) return refusal;
  const own = state.step?.edges.get(from);
  if (own !== undefined && !yieldsTo(context, own, from)) return "exchanging";
  const peers = partners.map(({peer}) => peer);
  const step = state.step ?? openStep(context, phase, peers);
  // Dropping the crossing offer must not end the step in which both go on.
  if (own !== undefined) step.edges.delete(from);
  return {step, share};
}

/**
 * Reason for which nothing can be exchanged in `phase` now; a member that is behind goes on to that phase.
 */
function phaseRefusal(state: SegmentState, phase: number): Refusal | null {
  if (state.step === null) return phase < state.phase ? "phase" : null;
  if (state.step.phase === phase) return null;
  return state.step.phase === null ? "exchanging" : "phase";
}

function answer(context: SegmentContext, from: MemberId, offer: Offer, {step, share}: Place): void {
  const {incarnation, seq, mass} = offer;
  const id = {incarnation, seq};
  step.edges.set(from, {
    peer: from,
    id,
    role: "acceptor",
    share,
    view: null,
    state: "fetching",
    theirs: null,
    theirBytes: null,
    theirHash: mass,
    sinceMs: context.nowMs,
  });
  fetchMass(context, {kind: "edge", peer: from, id, hash: mass});
}

/** Writes down the promise once the initiator's mass is there. */
export function prepareEdge(
  context: SegmentContext,
  edge: OpenExchange,
  theirs: Mass,
  bytes: Uint8Array,
): void {
  edge.theirs = theirs;
  edge.theirBytes = bytes;
  edge.state = "preparing";
  save(context, {kind: "prepared", peer: edge.peer, id: edge.id});
}

/** Gives the promise, which is now on disk. */
export function onPrepared(context: SegmentContext, peer: MemberId, id: ExchangeId): void {
  const edge = context.state.step?.edges.get(peer);
  if (edge === undefined || edge.state !== "preparing" || !isSame(id, edge.id)) return;
  edge.state = "prepared";
  edge.sinceMs = context.nowMs;
  resendAccept(context, edge);
}

/** Gives a promise, or repeats it to ask for the decision. */
export function resendAccept(context: SegmentContext, edge: OpenExchange): void {
  const {state} = context;
  if (edge.state !== "prepared" || state.step === null) return;
  tell(context, edge.peer, {
    type: "accept",
    ...edge.id,
    mass: state.step.own.mixture.hash,
    clock: clockList(state),
  });
}

function promisedTo({state}: SegmentContext, from: MemberId, id: ExchangeId): OpenExchange | undefined {
  const edge = state.step?.edges.get(from);
  return edge?.role === "acceptor" && isSame(id, edge.id) ? edge : undefined;
}

/** Handles the initiator's decision: applies this side, once, and writes that down before it is confirmed. */
export function onCommit(context: SegmentContext, from: MemberId, frame: FrameOf<"commit">): void {
  const {state} = context;
  const {incarnation, seq} = frame;
  const edge = promisedTo(context, from, frame);
  if (edge?.state === "prepared" && state.step !== null) {
    if (frame.outcome === "adopt") adoptEstimate(context, edge);
    else applyEdge(context, state.step, edge);
    settleFork(state, from);
    state.handled.set(from, {incarnation, seq, version: state.version + 1});
    dropEdge(context, edge);
    save(context, {kind: "applied", peer: from, id: edge.id});
    return;
  }
  const handled = state.handled.get(from);
  // Not confirmed before it is on disk: a restart that knows only of the promise must still be answered.
  if (handled !== undefined && isUpTo(frame, handled) && handled.version <= state.durable) {
    tell(context, from, {type: "done", incarnation, seq});
  }
}

/** Handles the initiator's word that it has called the exchange off, or knows nothing of it. */
export function onAbort(context: SegmentContext, from: MemberId, frame: FrameOf<"abort">): void {
  const {state} = context;
  const edge = promisedTo(context, from, frame);
  if (edge === undefined) return;
  const {incarnation, seq} = frame;
  state.handled.set(from, {incarnation, seq, version: state.version + 1});
  dropEdge(context, edge);
  save(context, {kind: "noted"});
}

/**
 * Abandons an exchange whose initiator has not answered for too long: it counts as not applied, and people
 * are told.
 */
export function abandon(context: SegmentContext, edge: OpenExchange): void {
  const {state} = context;
  const {id, peer, share} = edge;
  const theirs = present(edge.theirs, "the mass of a promised exchange");
  const {own} = present(state.step, "the step of a promised exchange");
  const weight = share * Math.max(theirs.weight, own.mass.weight);
  tellPeople(context, {kind: "mass-undetermined", round: state.setup.round, member: peer, weight});
  state.handled.set(peer, {...id, version: state.version + 1});
  dropEdge(context, edge);
  save(context, {kind: "noted"});
}
