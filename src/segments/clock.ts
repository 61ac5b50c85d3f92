import type {MemberId} from "../rounds/index.ts";
import type {SegmentState} from "./types.ts";

/*
 * A member's clock is the sum of the scales with which its units entered the mass: its local progress as it
 * counts, in units. Clocks travel with every frame and are merged by the larger value, except one's own.
 */

/** A member's clock as this one knows it; 0 before it has heard of any progress. */
function clockOf({clock}: Pick<SegmentState, "clock">, member: MemberId): number {
  return clock.get(member) ?? 0;
}

/** This member's clock. */
export function ownClock(state: SegmentState): number {
  return clockOf(state, state.setup.self);
}

/** All clocks in the order of the roster, as a frame carries them. */
export function clockList(state: SegmentState): number[] {
  return state.setup.members.map((member) => clockOf(state, member));
}

/** Merges the clocks of a peer's frame, which may name fewer than all. */
export function mergeClock(state: SegmentState, told: readonly number[], nowMs: number): void {
  const {clock, setup, movedAtMs} = state;
  setup.members.forEach((member, index) => {
    const value = told[index];
    if (value === undefined || member === setup.self || value <= clockOf(state, member)) return;
    clock.set(member, value);
    movedAtMs.set(member, nowMs);
  });
}

/** Mean clock of the others; 0 if there are none. */
export function meanClockOfOthers(state: SegmentState): number {
  const {members, self} = state.setup;
  const others = members.filter((member) => member !== self);
  const sum = others.reduce((total, member) => total + clockOf(state, member), 0);
  return others.length === 0 ? 0 : sum / others.length;
}

/** Clocks of the linked members that moved recently: within the time for which a member in doubt waits. */
function livingClocks(state: SegmentState, nowMs: number): number[] {
  const {linked, movedAtMs, setup} = state;
  const isLiving = (member: MemberId): boolean => {
    const lastMs = movedAtMs.get(member);
    // A member that was linked from the beginning is given time for its first unit.
    return lastMs === undefined || nowMs - lastMs <= setup.spec.abandonMs;
  };
  return [...linked].filter(isLiving).map((member) => clockOf(state, member));
}

/**
 * The weight with which the next unit of a member at `own` enters, given the clocks of the others: 1 at the
 * slowest, falling linearly to 0 at `maximumLead` units ahead of it. A member's progress therefore never
 * counts for more than `maximumLead` units more than another's. Over a long time all count the same, whatever
 * their speeds.
 */
export function scaleOfUnit(own: number, others: readonly number[], maximumLead: number): number {
  if (maximumLead === Number.POSITIVE_INFINITY) return 1;
  // A member further behind was not counted for a while; it will count from the slowest one's clock.
  const counted = others.filter((other) => other >= own - maximumLead);
  const least = Math.min(own, ...counted);
  return Math.min(1, Math.max(0, (least + maximumLead - own) / maximumLead));
}

/**
 * The scale of this member's next unit. A member that the others had given up for a while first moves its
 * clock to the least of theirs: its missed units are not made up.
 */
export function takeScale(state: SegmentState, nowMs: number): number {
  const {setup, clock} = state;
  const {maximumLead} = setup.spec;
  const others = livingClocks(state, nowMs);
  const least = Math.min(...others);
  if (others.length > 0 && ownClock(state) < least - maximumLead) clock.set(setup.self, least);
  return scaleOfUnit(ownClock(state), others, maximumLead);
}
