import {codecOf, type Mixture, NO_DITHER} from "../parameters/index.ts";
import {type MemberId, majority} from "../rounds/index.ts";
import {clockList, ownClock} from "./clock.ts";
import {abandonShares} from "./outbox.ts";
import {releaseAll} from "./progress.ts";
import {save, tell} from "./state.ts";
import {callOff, considerStepEnd, dropEdge} from "./steps.ts";
import type {SegmentContext, SegmentState} from "./types.ts";

/** Tolerance for the rounding of sums of scales. */
const EPSILON = 1e-6;

/** Tells whether this much progress, in units, is enough for a member to end the segment. */
export function isEnough(clock: number, units: number): boolean {
  return clock >= units - EPSILON;
}

/**
 * Announces that enough of this member's progress counts, once it does. The member works on until a majority
 * says so.
 */
export function considerClosing(context: SegmentContext): void {
  const {state} = context;
  const {setup, closers} = state;
  if (state.stage !== "running" || !isEnough(ownClock(state), setup.spec.units) || closers.has(setup.self))
    return;
  for (const peer of state.linked) tell(context, peer, {type: "closing", clock: clockList(state)});
  onClosing(context, setup.self);
}

/** Counts a member that would end the segment; a majority ends it. */
export function onClosing(context: SegmentContext, member: MemberId): void {
  const {state} = context;
  state.closers.add(member);
  if (state.closers.size >= majority(state.setup.members.length)) close(context);
}

/**
 * Closes the segment: no new exchange begins; those under way are ended, or called off if nobody has promised
 * anything.
 */
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

/** Settles the mass when nothing is open any more, and writes that down. */
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

/**
 * Tells whether the mass has anything to hand in: a member that came only for the end would pull the mean
 * back.
 */
export function hasTakenPart({units, exchanges}: SegmentState): boolean {
  return units > 0 || exchanges > 0;
}

/** The settled mass (s, w) as this member's contribution to the round that ends the segment. */
export function settledMass({values, weight, setup}: SegmentState): Mixture {
  const {hash, arithmetic} = setup.primitives;
  return arithmetic.encodeMass(hash, codecOf("f32"), {values, weight}, NO_DITHER);
}
