import {codecOf, type Mixture, NO_DITHER} from "../../parameters/index.ts";
import {type MemberId, majority} from "../quorum.ts";
import {clockList, ownClock} from "./clock.ts";
import {abandonShares} from "./outbox.ts";
import {releaseAll} from "./progress.ts";
import {save, tell} from "./state.ts";
import {callOff, considerStepEnd, dropEdge} from "./steps.ts";
import type {SegmentContext, SegmentState} from "./types.ts";

/** Sums of scales are rounded. */
const EPSILON = 1e-6;

/** Whether so much progress, in units, is what a member would end the segment with. */
export function isEnough(clock: number, units: number): boolean {
  return clock >= units - EPSILON;
}

/** Says that enough of this member's progress counts, when it does. It works on until a majority says so. */
export function considerClosing(context: SegmentContext): void {
  const {state} = context;
  const {setup, closers} = state;
  if (state.stage !== "running" || !isEnough(ownClock(state), setup.spec.units) || closers.has(setup.self))
    return;
  for (const peer of state.linked) tell(context, peer, {type: "closing", clock: clockList(state)});
  onClosing(context, setup.self);
}

/** Counts who would end the segment; a majority does. */
export function onClosing(context: SegmentContext, member: MemberId): void {
  const {state} = context;
  state.closers.add(member);
  if (state.closers.size >= majority(state.setup.members.length)) close(context);
}

/** No new exchange begins; those under way are ended, or called off where nobody has promised anything. */
export function close(context: SegmentContext): void {
  const {state, nowMs} = context;
  if (state.stage !== "running") return;
  state.stage = "closing";
  state.closingSinceMs = nowMs;
  state.work = null;
  state.joining = null;
  const {step} = state;
  for (const edge of Array.from(step?.edges.values() ?? [])) {
    if (edge.role === "initiator") callOff(context, edge);
    else if (edge.state === "fetching") dropEdge(context, edge);
  }
  considerStepEnd(context);
}

/** When nothing is open any more, the mass is settled: that is written down. */
export function considerHandingIn(context: SegmentContext): void {
  const {state, nowMs} = context;
  if (state.stage !== "closing" || state.step !== null) return;
  if (state.outbox.size > 0) {
    if (nowMs - state.closingSinceMs < state.setup.spec.abandonMs) return;
    abandonShares(context);
  }
  state.stage = "closed";
  releaseAll(state);
  save(context, {kind: "closed"});
}

/** Whether the mass has anything to hand in: a member that came for the end only would pull the mean back. */
export function hasTakenPart({units, exchanges}: SegmentState): boolean {
  return units > 0 || exchanges > 0;
}

/** The settled mass (s, w) as this member's contribution to the round that ends the segment. */
export function settledMass({values, weight, setup}: SegmentState): Mixture {
  const {hash, arithmetic} = setup.primitives;
  return arithmetic.encodeMass(hash, codecOf("f32"), {values, weight}, NO_DITHER);
}
