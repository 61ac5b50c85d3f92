import {type Mass, mixMass} from "../parameters/index.ts";
import type {MemberId} from "../rounds/index.ts";
import {clipTowards} from "./clipping.ts";
import {releasePending} from "./progress.ts";
import {cancelFetch, freeze, tell, tellPeople} from "./state.ts";
import type {OpenExchange, SegmentContext, Step} from "./types.ts";

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

/** Ends the step when none of its exchanges is under way or awaited. */
export function considerStepEnd(context: SegmentContext): void {
  const {state, nowMs} = context;
  const {step} = state;
  if (step === null || step.edges.size > 0) return;
  if (step.awaited.size > 0 && nowMs < step.deadlineMs && state.stage === "running") return;
  context.emit({type: "withdraw", hash: step.own.mixture.hash});
  state.step = null;
}

/** Drops an exchange for which neither side has promised anything, or which its initiator has ended. */
export function dropEdge(context: SegmentContext, edge: OpenExchange): void {
  const {step} = context.state;
  if (step?.edges.get(edge.peer) !== edge) return;
  step.edges.delete(edge.peer);
  step.awaited.delete(edge.peer);
  cancelFetch(context, edge.peer, edge.id);
  considerStepEnd(context);
}

/** Calls off an exchange that this member initiated and has not decided. */
export function callOff(context: SegmentContext, edge: OpenExchange): void {
  tell(context, edge.peer, {type: "abort", ...edge.id});
  dropEdge(context, edge);
}

/** The peer's mass as this member takes it in: clipped about its own estimate if the plan says so. */
function receivedMass({state}: SegmentContext, own: Mass, peer: MemberId, theirs: Mass): Mass {
  const {clipFaulty: faulty} = state.setup.spec;
  return faulty === null ? theirs : clipTowards(own, theirs, {peer, distances: state.distances, faulty});
}

/**
 * Applies one side of an exchange: s += W (q_peer - q_own), w likewise, from the masses that both sides
 * decoded. The other side does the opposite. The sums of both therefore stay, whatever the codec lost and
 * whatever came to s since.
 */
export function applyEdge(context: SegmentContext, step: Step, edge: OpenExchange): void {
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

/** Adopts the peer's estimate with this member's own weight; sums are not conserved, and people are told. */
export function adoptEstimate(context: SegmentContext, edge: OpenExchange): void {
  const {state} = context;
  if (edge.theirs === null) return;
  const {values, weight} = edge.theirs;
  state.values = values.map((value) => (state.weight * value) / weight);
  // The step's other exchanges go on from there: with the old estimate a part of the new one would be
  // subtracted.
  const own = state.step?.own.mass;
  own?.values.set(values.map((value) => (own.weight * value) / weight));
  state.pending = null;
  state.exchanges += 1;
  state.wantsExchange = false;
  tellPeople(context, {kind: "lineage-adopted", round: state.setup.round, member: edge.peer});
}
