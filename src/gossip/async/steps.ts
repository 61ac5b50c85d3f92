import {type Mass, mixMass} from "../../parameters/index.ts";
import type {MemberId} from "../quorum.ts";
import {clipTowards} from "./clipping.ts";
import {releasePending} from "./progress.ts";
import {cancelFetch, freeze, tell, tellPeople} from "./state.ts";
import type {Edge, SegmentContext, Step} from "./types.ts";

/** Freezes this member's mass for the exchanges of one step. */
export function openStep(context: SegmentContext, phase: number | null, awaited: readonly MemberId[]): Step {
  const {state, nowMs} = context;
  const step: Step = {
    phase,
    own: freeze(state),
    edges: new Map(),
    awaited: new Set(awaited),
    startedAtMs: nowMs,
    deadlineMs: nowMs + state.exchanging.timeoutMs(),
  };
  state.step = step;
  if (phase !== null) state.phase = phase + 1;
  context.emit({type: "publish-mixture", mixture: step.own.mixture});
  return step;
}

/** Ends the step when nothing of it is under way or waited for. */
export function considerStepEnd(context: SegmentContext): void {
  const {state, nowMs} = context;
  const {step} = state;
  if (step === null || step.edges.size > 0) return;
  if (step.awaited.size > 0 && nowMs < step.deadlineMs && state.stage === "running") return;
  context.emit({type: "withdraw", hash: step.own.mixture.hash});
  state.step = null;
}

/** Gives an exchange up that neither side has promised anything for, or that its initiator has ended. */
export function dropEdge(context: SegmentContext, edge: Edge): void {
  const {step} = context.state;
  if (step?.edges.get(edge.peer) !== edge) return;
  step.edges.delete(edge.peer);
  step.awaited.delete(edge.peer);
  cancelFetch(context, edge.peer, edge.id);
  considerStepEnd(context);
}

/** An initiator that has not decided calls its exchange off. */
export function callOff(context: SegmentContext, edge: Edge): void {
  tell(context, edge.peer, {type: "abort", ...edge.id});
  dropEdge(context, edge);
}

/** The peer's mass as this member takes it in: clipped about its own estimate where the plan says so. */
function receivedMass({state}: SegmentContext, own: Mass, peer: MemberId, theirs: Mass): Mass {
  const {clipFaulty: faulty} = state.setup.spec;
  return faulty === null ? theirs : clipTowards(own, theirs, {peer, distances: state.distances, faulty});
}

/**
 * Applies one side of an exchange: s += W (q_peer - q_own), w likewise, from the masses both sides decoded. The
 * other side does the opposite, so the sums of both stay whatever the codec lost, and whatever came to s since.
 */
export function applyEdge(context: SegmentContext, step: Step, edge: Edge): void {
  const {state, nowMs} = context;
  if (edge.theirs === null) return;
  const own = step.own.mass;
  const mass = receivedMass(context, own, edge.peer, edge.theirs);
  const {values, weight} = mixMass(state, own, [{share: edge.share, mass}]);
  state.values = values;
  state.weight = weight;
  state.exchanges += 1;
  state.wantsExchange = false;
  state.exchanging.observe(nowMs - edge.sinceMs);
  releasePending(state);
}

/** Takes over the peer's estimate with this member's own weight; sums are not conserved, and people are told. */
export function adoptEstimate(context: SegmentContext, edge: Edge): void {
  const {state} = context;
  if (edge.theirs === null) return;
  const {values, weight} = edge.theirs;
  state.values = values.map((value) => (state.weight * value) / weight);
  // What else the step has open goes on from there: with the old estimate a part of it would be subtracted.
  const own = state.step?.own.mass;
  own?.values.set(values.map((value) => (own.weight * value) / weight));
  state.pending = null;
  state.exchanges += 1;
  state.wantsExchange = false;
  tellPeople(context, {kind: "lineage-adopted", round: state.setup.round, member: edge.peer});
}
