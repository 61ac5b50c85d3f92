import {at, createRandom, permutation} from "../core/index.ts";
import type {MemberId} from "../rounds/index.ts";
import {type Period, type Phase, type ScheduleSpec, schedulePeriod} from "../schedules/index.ts";
import {viewOf} from "./state.ts";
import type {SegmentState} from "./types.ts";

/** The share of a random pair: both end with the same mass. */
const PAIR_SHARE = 0.5;

/** A partner and W_ab. */
export interface Partner {
  readonly peer: MemberId;
  readonly share: number;
}

/** The values on which a segment's schedule depends. */
export interface SegmentDraws {
  readonly run: string;
  readonly round: number;
  /** Number of times that the schedule has ended before; its order is drawn again each period. */
  readonly period: number;
}

/** One period of a segment's schedule over `n` members, by their places in id order. */
export function segmentPeriod(schedule: ScheduleSpec, n: number, {run, round, period}: SegmentDraws): Period {
  return schedulePeriod(
    schedule,
    n,
    createRandom({seed: period, site: "", round, purpose: `async schedule ${run}`}),
  );
}

/** Phase `phase` of the schedule over `members`. */
function phaseOf({setup}: SegmentState, members: number, phase: number): Phase | undefined {
  const {run, round, spec} = setup;
  const {schedule} = spec;
  if (schedule === null) return undefined;
  const {length} = segmentPeriod(schedule, members, {run, round, period: 0});
  if (length === 0) return undefined;
  const period = Math.floor(phase / length);
  return segmentPeriod(schedule, members, {run, round, period}).phase(phase % length);
}

/** Neighbours of this member in phase `phase` of the schedule over its view; empty without a schedule. */
export function scheduledPartners(state: SegmentState, phase: number): Partner[] {
  const view = viewOf(state);
  const scheduled = phaseOf(state, view.length, phase);
  if (scheduled === undefined) return [];
  const row = at(scheduled.rows, view.indexOf(state.setup.self));
  return row.map(({node, share}) => ({peer: at(view, node), share}));
}

/** Linked members in a random order. */
export function shuffledPartners({random, linked, setup}: SegmentState): Partner[] {
  const present = setup.members.filter((member) => linked.has(member));
  return Array.from(permutation(random, present.length), (index) => ({
    peer: at(present, index),
    share: PAIR_SHARE,
  }));
}

/**
 * Tells whether this member follows the plan's schedule now: it has one, and no linked member's view differs.
 */
export function followsSchedule({setup, differing}: SegmentState): boolean {
  return setup.spec.schedule !== null && differing.size === 0;
}
