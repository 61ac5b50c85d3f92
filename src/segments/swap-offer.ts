import {present} from "../core/index.ts";
import type {Mass} from "../parameters/index.ts";
import type {FrameOf, MemberId} from "../rounds/index.ts";
import {clockList} from "./clock.ts";
import {lineageVerdict, settleFork} from "./lineage.ts";
import {followsSchedule, type Partner, scheduledPartners, shuffledPartners} from "./partners.ts";
import {fetchMass, isSame, nextExchange, save, tell, tellPeople, viewDigest} from "./state.ts";
import {adoptEstimate, applyEdge, callOff, considerStepEnd, dropEdge, openStep} from "./steps.ts";
import type {ExchangeId, OpenExchange, SegmentContext, Step} from "./types.ts";

/*
 * Swap with commit, the side that decides: offer -> accept -> (fetch, decide, write down) -> commit -> done.
 * Two-phase commit with one participant: Gray, Notes on data base operating systems, 1978, section 5.8.3.
 */

/** Begins an exchange if this member owes one and is free. */
export function considerOffer(context: SegmentContext): void {
  const {state, nowMs} = context;
  if (state.stage !== "running" || !state.wantsExchange || state.step !== null) return;
  if (state.joining !== null || nowMs < state.retryAtMs) return;
  if (followsSchedule(state)) return offerPhase(context);
  // A member that has not confirmed a commit hears of that first; it is in doubt, and takes no other offer.
  const partner = shuffledPartners(state).find(({peer}) => !state.committed.has(peer));
  if (partner === undefined) return undefined;
  return offerTo(context, openStep(context, null, [partner.peer]), partner);
}

function offerPhase(context: SegmentContext): void {
  const {state} = context;
  const partners = scheduledPartners(state, state.phase).filter(({peer}) => !state.committed.has(peer));
  if (partners.length === 0) {
    // It is not this member's turn.
    state.phase += 1;
    state.wantsExchange = false;
    return;
  }
  const step = openStep(
    context,
    state.phase,
    partners.map(({peer}) => peer),
  );
  for (const partner of partners) offerTo(context, step, partner);
}

function offerTo(context: SegmentContext, step: Step, {peer, share}: Partner): void {
  const {state, nowMs} = context;
  const edge: OpenExchange = {
    peer,
    id: nextExchange(state),
    role: "initiator",
    share,
    view: viewDigest(state),
    state: "offered",
    theirs: null,
    theirBytes: null,
    theirHash: null,
    sinceMs: nowMs,
  };
  step.edges.set(peer, edge);
  sendOffer(context, step, edge);
}

/** Makes an offer, or repeats one that may have been lost. */
export function sendOffer(context: SegmentContext, step: Step, {peer, id, view}: OpenExchange): void {
  const {state} = context;
  tell(context, peer, {
    type: "offer",
    ...id,
    view: present(view, "the view of an offer"),
    phase: step.phase,
    mass: step.own.mixture.hash,
    clock: clockList(state),
  });
}

function offered({state}: SegmentContext, from: MemberId, id: ExchangeId): OpenExchange | undefined {
  const edge = state.step?.edges.get(from);
  return edge?.role === "initiator" && isSame(id, edge.id) ? edge : undefined;
}

/** Handles the peer's promise to apply this member's decision; a repeated promise asks for the decision. */
export function onAccept(context: SegmentContext, from: MemberId, frame: FrameOf<"accept">): void {
  const {state} = context;
  const decision = state.committed.get(from);
  if (decision !== undefined && isSame(frame, decision)) return sendCommit(context, from);
  const edge = offered(context, from, frame);
  if (edge === undefined) {
    const {incarnation, seq} = frame;
    return tell(context, from, {type: "abort", incarnation, seq});
  }
  if (edge.state !== "offered") return undefined;
  edge.state = "fetching";
  edge.theirHash = frame.mass;
  return fetchMass(context, {kind: "edge", peer: from, id: edge.id, hash: frame.mass});
}

/** Handles a peer that is not free now; another one is tried a little later. */
export function onBusy(context: SegmentContext, from: MemberId, frame: FrameOf<"busy">): void {
  const {state, nowMs} = context;
  const edge = offered(context, from, frame);
  if (edge?.state !== "offered") return;
  if (frame.reason === "views-differ") noteDiffering(context, from);
  if (frame.reason === "phase" && frame.phase !== null && frame.phase > state.phase)
    state.phase = frame.phase;
  const {step} = state;
  // A partner of the phase that is not free yet is asked again until the deadline.
  if (step !== null && step.phase !== null && isWorthAsking(step.phase, frame)) step.edges.delete(from);
  else dropEdge(context, edge);
  state.retryAtMs = nowMs + state.setup.limits.minimumMs * (0.5 + state.random.uniform());
}

function isWorthAsking(phase: number, frame: FrameOf<"busy">): boolean {
  if (frame.reason === "exchanging") return true;
  return frame.reason === "phase" && (frame.phase === null || frame.phase <= phase);
}

/** Asks again those of the phase's partners that were not free. */
export function offerAgain(context: SegmentContext): void {
  const {state} = context;
  const {step} = state;
  if (step === null || step.phase === null || state.stage !== "running") return;
  for (const partner of scheduledPartners(state, step.phase)) {
    const {peer} = partner;
    if (step.awaited.has(peer) && !step.edges.has(peer) && state.linked.has(peer))
      offerTo(context, step, partner);
  }
}

/** Notes, and reports once, that the member sees others than this one does. */
export function noteDiffering(context: SegmentContext, peer: MemberId): void {
  const {state} = context;
  if (state.differing.has(peer)) return;
  state.differing.add(peer);
  tellPeople(context, {kind: "views-differ", round: state.setup.round, member: peer});
}

/**
 * Decides an exchange with the peer's mass: the initiator applies its own side and writes the decision down.
 */
export function decideEdge(context: SegmentContext, step: Step, edge: OpenExchange, theirs: Mass): void {
  const {state} = context;
  edge.theirs = theirs;
  const verdict = lineageVerdict(context, step.own.mass, edge);
  settleFork(state, edge.peer);
  if (verdict === "adopt-theirs") {
    adoptEstimate(context, edge);
    save(context, {kind: "noted"});
    return callOff(context, edge);
  }
  const outcome = verdict === "mix" ? "mixed" : "adopt";
  if (outcome === "mixed") applyEdge(context, step, edge);
  else state.wantsExchange = false;
  const {peer, id} = edge;
  state.committed.set(peer, {...id, outcome, version: state.version + 1});
  step.edges.delete(peer);
  step.awaited.delete(peer);
  save(context, {kind: "committed", peer, id});
  return considerStepEnd(context);
}

/** Tells the acceptor the decision, once that is on disk. */
export function sendCommit(context: SegmentContext, peer: MemberId): void {
  const {state} = context;
  const decision = state.committed.get(peer);
  if (decision === undefined || decision.version > state.durable) return;
  const {incarnation, seq, outcome} = decision;
  tell(context, peer, {type: "commit", incarnation, seq, outcome});
}

/** Forgets a decision that the acceptor has applied. */
export function onDone(context: SegmentContext, from: MemberId, frame: FrameOf<"done">): void {
  const {committed} = context.state;
  if (isSame(frame, committed.get(from))) committed.delete(from);
}
