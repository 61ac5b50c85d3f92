import type {Mass} from "../../parameters/index.ts";
import type {FrameOf} from "../frames.ts";
import type {MemberId} from "../quorum.ts";
import {median} from "../robust/median.ts";
import {rowsOf} from "../robust/rows.ts";
import {clockList, ownClock} from "./clock.ts";
import {addToMass, fetchMass, freeze, save, tell, tellPeople} from "./state.ts";
import type {MassFetch, SegmentContext, SegmentState} from "./types.ts";

/*
 * A member that comes when the others are well under way begins at the median of their models, not at the snapshot: it
 * would pull all of them back. What it then adds to the sums is p times that median, and it says so.
 */

/** Fewer could not outvote one that lies. */
const LEAST_SHOWN = 3;
/** More units than this member has begun by itself before it could hear of the others, it keeps to what it has. */
const MOST_UNITS = 1;

/** How many members' masses the median is taken of: enough for the faulty ones that the plan assumes. */
function shownNeeded({setup}: SegmentState): number {
  return Math.max(LEAST_SHOWN, 2 * (setup.spec.clipFaulty ?? 0) + 1);
}

/** Whether this member's mass is still what it began with, but for its own first steps. */
function isFresh(state: SegmentState): boolean {
  const {stage, exchanges, units, step, outbox} = state;
  return stage === "running" && exchanges === 0 && units <= MOST_UNITS && step === null && outbox.size === 0;
}

/** Whether this member would begin anew where the others are, if they are far ahead. */
function wouldJoin(state: SegmentState): boolean {
  return state.mayJoin && isFresh(state) && state.setup.members.length > shownNeeded(state);
}

/** Asks `peer` what it holds, if this member may be late: who is not far ahead does not answer. */
export function askToShow(context: SegmentContext, peer: MemberId): void {
  if (wouldJoin(context.state)) tell(context, peer, {type: "join"});
}

/** Shows this member's mass to one that has just come, when progress here is further than anybody may be ahead. */
export function onJoin(context: SegmentContext, from: MemberId): void {
  const {state, nowMs} = context;
  const {setup, stage} = state;
  if (stage !== "running" || ownClock(state) < setup.spec.maximumLead) return;
  if (state.shown === null) {
    const {mixture} = freeze(state);
    state.shown = {mixture, sinceMs: nowMs};
  }
  // Each time: a step that began from the same bytes has ended, perhaps, and withdrawn them.
  context.emit({type: "publish-mixture", mixture: state.shown.mixture});
  tell(context, from, {type: "shown", mass: state.shown.mixture.hash, clock: clockList(state)});
}

/**
 * Begins to join if what was last heard shows that anybody is further ahead than any may be of one that it knows of:
 * before the first exchange, since that one could be the one that lies.
 */
export function considerJoining(context: SegmentContext): void {
  const {state, nowMs} = context;
  if (state.joining !== null || !wouldJoin(state)) return;
  const bound = ownClock(state) + state.setup.spec.maximumLead;
  if (![...state.clock.values()].some((value) => value > bound)) return;
  state.joining = {sinceMs: nowMs, masses: new Map()};
  for (const peer of state.linked) tell(context, peer, {type: "join"});
}

/** A member shows its mass: it is fetched. */
export function onShown(context: SegmentContext, from: MemberId, {mass}: FrameOf<"shown">): void {
  const {joining, fetches} = context.state;
  const isUnderWay = [...fetches.values()].some(({kind, peer}) => kind === "shown" && peer === from);
  if (joining === null || joining.masses.has(from) || isUnderWay) return;
  fetchMass(context, {kind: "shown", peer: from, id: {incarnation: 0, seq: 0}, hash: mass});
}

/** A shown mass has arrived; with enough of them this member begins where they are. */
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

/** Asks again who has not shown anything, or gives up: this member then goes on from what it has. */
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

/** Ends the publication of what was shown. */
export function withdrawShown({state, emit}: Pick<SegmentContext, "state" | "emit">): void {
  if (state.shown !== null) emit({type: "withdraw", hash: state.shown.mixture.hash});
  state.shown = null;
}
