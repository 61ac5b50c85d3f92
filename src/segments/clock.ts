import type {MemberId} from "../rounds/index.ts";
import type {SegmentState} from "./types.ts";

/*
 * A member's clock is the sum of the scales with which its units entered the mass: its local progress as it
 * counts, in units. Clocks travel with every frame and are merged by the larger value, except one's own.
 */

/** This member's clock. */
export function ownClock({clock, setup}: SegmentState): number {
  return clock.get(setup.self) ?? 0;
}

/** All clocks in the order of the roster, as a frame carries them. */
export function clockList({clock, setup}: SegmentState): number[] {
  return setup.members.map((member) => clock.get(member) ?? 0);
}

/** Merges the clocks of a frame. */
export function mergeClock(state: SegmentState, told: readonly number[], nowMs: number): void {
  const {clock, setup, movedAtMs} = state;
  setup.members.forEach((member, index) => {
    const value = told[index] ?? 0;
    if (member === setup.self || value <= (clock.get(member) ?? 0)) return;
    clock.set(member, value);
    movedAtMs.set(member, nowMs);
  });
}

/** Mean clock of the others; 0 if there are none. */
export function meanClockOfOthers({clock, setup}: SegmentState): number {
  const others = setup.members.filter((member) => member !== setup.self);
  const sum = others.reduce((total, member) => total + (clock.get(member) ?? 0), 0);
  return others.length === 0 ? 0 : sum / others.length;
}

/** Clocks of the linked members that moved recently: within the time for which a member in doubt waits. */
function livingClocks({clock, linked, movedAtMs, setup}: SegmentState, nowMs: number): number[] {
  const isLiving = (member: MemberId): boolean =>
    nowMs - (movedAtMs.get(member) ?? nowMs) <= setup.spec.abandonMs;
  return [...linked].filter(isLiving).map((member) => clock.get(member) ?? 0);
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
