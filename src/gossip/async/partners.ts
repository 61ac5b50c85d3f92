import {createRandom, permutation, type Random} from "../../core/index.ts";
import type {MemberId} from "../quorum.ts";
import {viewOf} from "./state.ts";
import type {SegmentState} from "./types.ts";

/** The share of a random pair: both end with the same mass. */
const PAIR_SHARE = 0.5;

/** A partner and W_ab. */
export interface Partner {
  readonly peer: MemberId;
  readonly share: number;
}

/** Neighbours of this member in phase `phase` of the schedule over its view; empty outside a schedule. */
export function scheduledPartners(state: SegmentState, phase: number): Partner[] {
  const {setup} = state;
  const {spec, run, round, self} = setup;
  const view = viewOf(state);
  if (spec.phasesOf === null || view.length < 2) return [];
  const draw = (period: number): Random =>
    createRandom({seed: period, site: "", round, purpose: `async schedule ${run}`});
  const {length} = spec.phasesOf(view.length, draw(0));
  if (length === 0) return [];
  const phases = spec.phasesOf(view.length, draw(Math.floor(phase / length)));
  const row = phases[phase % length]?.rows[view.indexOf(self)] ?? [];
  return row.flatMap(({node, share}) => {
    const peer = view[node];
    return peer === undefined ? [] : [{peer, share}];
  });
}

/** Linked members in a random order. */
export function shuffledPartners({random, linked, setup}: SegmentState): Partner[] {
  const present = setup.members.filter((member) => linked.has(member));
  return [...permutation(random, present.length)].flatMap((index) => {
    const peer = present[index];
    return peer === undefined ? [] : [{peer, share: PAIR_SHARE}];
  });
}

/** Whether this member follows the plan's schedule now: it has one, and no linked member's view differs. */
export function followsSchedule({setup, differing}: SegmentState): boolean {
  return setup.spec.phasesOf !== null && differing.size === 0;
}
