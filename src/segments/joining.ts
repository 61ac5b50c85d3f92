import type {Mass} from "../parameters/index.ts";
import {median, rowsOf} from "../robust/index.ts";
import type {FrameOf, MemberId} from "../rounds/index.ts";
import {clockList, ownClock} from "./clock.ts";
import {addToMass, fetchMass, freeze, save, tell, tellPeople} from "./state.ts";
import type {MassFetch, SegmentContext, SegmentState} from "./types.ts";

/*
 * A member that comes when the others are well under way begins at the median of their models. From the
 * snapshot it would pull all of them back. It thereby adds p times that median to the sums, and it says so.
 */

/** Least number of masses: with fewer, one liar could not be outvoted. */
const LEAST_SHOWN = 3;
/**
 * Number of own units up to which a member may still join: it may begin them before it can hear of the
 * others.
 */
const MOST_UNITS = 1;

/**
 * Number of members' masses of which the median is taken: enough for the faulty ones that the plan assumes.
 */
function shownNeeded({setup}: SegmentState): number {
  return Math.max(LEAST_SHOWN, 2 * (setup.spec.clipFaulty ?? 0) + 1);
}

/** Tells whether this member's mass has not changed since its beginning, apart from its own first steps. */
function isFresh(state: SegmentState): boolean {
  const {stage, exchanges, units, step, outbox} = state;
  return stage === "running" && exchanges === 0 && units <= MOST_UNITS && step === null && outbox.size === 0;
}

/** Tells whether this member would begin again at the others' median if they were far ahead. */
function wouldJoin(state: SegmentState): boolean {
  return state.mayJoin && isFresh(state) && state.setup.members.length > shownNeeded(state);
}

/** Asks `peer` for its mass if this member may be late; a member that is not far ahead does not answer. */
export function askToShow(context: SegmentContext, peer: MemberId): void {
  if (wouldJoin(context.state)) tell(context, peer, {type: "join"});
}

/**
 * Shows this member's mass to one that has just come, if this member's progress reaches the greatest allowed
 * lead.
 */
export function onJoin(context: SegmentContext, from: MemberId): void {
  const {state, nowMs} = context;
  const {setup, stage} = state;
  if (stage !== "running" || ownClock(state) < setup.spec.maximumLead) return;
  if (state.shown === null) {
    const {mixture} = freeze(state);
    state.shown = {mixture, sinceMs: nowMs};
  }
  // Published each time: a step that began from the same bytes may have ended and withdrawn them.
  context.emit({type: "publish-mixture", mixture: state.shown.mixture});
  tell(context, from, {type: "shown", mass: state.shown.mixture.hash, clock: clockList(state)});
}

/**
 * Begins to join if any member's last clock is further ahead than a member may be of one that it knows of.
 * Joins before the first exchange, because its partner could be a liar.
 */
export function considerJoining(context: SegmentContext): void {
  const {state, nowMs} = context;
  if (state.joining !== null || !wouldJoin(state)) return;
  const bound = ownClock(state) + state.setup.spec.maximumLead;
  if (![...state.clock.values()].some((value) => value > bound)) return;
  state.joining = {sinceMs: nowMs, masses: new Map()};
  for (const peer of state.linked) tell(context, peer, {type: "join"});
}

/** Fetches the mass that a member shows. */
export function onShown(context: SegmentContext, from: MemberId, {mass}: FrameOf<"shown">): void {
  const {joining, fetches} = context.state;
  const isUnderWay = [...fetches.values()].some(({kind, peer}) => kind === "shown" && peer === from);
  if (joining === null || joining.masses.has(from) || isUnderWay) return;
  fetchMass(context, {kind: "shown", peer: from, id: {incarnation: 0, seq: 0}, hash: mass});
}

/** Takes in a shown mass; with enough of them this member begins at their median. */
export function takeShown(context: SegmentContext, {peer}: MassFetch, mass: Mass): void {
  const {state} = context;
  const {joining, setup} = state;
  if (joining === null) return;
  joining.masses.set(peer, mass);
  if (joining.masses.size < shownNeeded(state)) return;
  state.joining = null;
  const models = [...joining.masses.values()].map(({values, weight}) =>
    values.map((value) => value / weight),
  );
  const {values} = median(rowsOf(models));
  addToMass(state, {values: Float64Array.from(values, (value) => setup.spec.weight * value), weight: 0}, 1);
  state.exchanges += 1;
  tellPeople(context, {kind: "joined-late", round: setup.round, members: [...joining.masses.keys()]});
  save(context, {kind: "noted"});
}

/** Asks members that have shown nothing again, or gives up: this member then goes on from its own mass. */
export function tendJoining(context: SegmentContext): void {
  const {state, nowMs} = context;
  const {joining, shown, setup} = state;
  const {maximumMs} = setup.limits;
  if (joining !== null && nowMs - joining.sinceMs >= maximumMs) {
    state.joining = null;
    state.mayJoin = false;
  } else if (joining !== null) {
    const silent = [...state.linked].filter((peer) => !joining.masses.has(peer));
    for (const peer of silent) tell(context, peer, {type: "join"});
  }
  if (shown !== null && nowMs - shown.sinceMs >= maximumMs) withdrawShown(context);
}

/** Ends the publication of the shown mass. */
export function withdrawShown({state, emit}: Pick<SegmentContext, "state" | "emit">): void {
  if (state.shown !== null) emit({type: "withdraw", hash: state.shown.mixture.hash});
  state.shown = null;
}
