import type {Mass} from "../parameters/index.ts";
import type {Contribution} from "../rounds/index.ts";
import {meanClockOfOthers, ownClock, takeScale} from "./clock.ts";
import {estimateOf, save} from "./state.ts";
import type {SegmentContext, SegmentState} from "./types.ts";

/** Greatest ratio of an estimate's move to the site's own update; the rest waits its turn. */
const MAX_STEP_FACTOR = 4;

/** Bound on the others' advance during any unit while sites are held to the slowest one's pace. */
const FRESH_UNITS = 4;

/**
 * The weight of progress that began before the others advanced by `units`: (1 + staleness)^-0.5. Staleness is
 * their advance beyond four units. Only a member that was given up for a while, as in a partition, is that
 * late.
 */
export function stalenessScale(units: number): number {
  return 1 / Math.sqrt(1 + Math.max(0, units - FRESH_UNITS));
}

/** Begins a unit of work from the present estimate. */
export function beginUnit({state, emit}: SegmentContext): void {
  if (state.stage !== "running") return;
  state.work = {unit: state.units, others: meanClockOfOthers(state)};
  emit({type: "work", round: state.setup.round, unit: state.units, start: estimateOf(state)});
}

/**
 * Adds a finished unit's p (x - start) to the mass, weighted by its staleness and by this member's lead.
 * @returns false if the unit is not the one under way
 * @throws PARAMETERS_* if the caller's bytes are no contribution
 */
export function takeProgress(context: SegmentContext, unit: number, contribution: Contribution): boolean {
  const {state, nowMs} = context;
  const {work, setup} = state;
  if (state.stage !== "running" || work === null || work.unit !== unit) return false;
  const {primitives, spec} = setup;
  const expected = {hash: null, values: state.values.length, maximumWeight: 1};
  const mass = primitives.arithmetic.openMass(primitives.hash, spec.codec, contribution.bytes, expected);
  const isHeld = spec.maximumLead < Number.POSITIVE_INFINITY;
  const age = isHeld ? stalenessScale(meanClockOfOthers(state) - work.others) : 1;
  const scale = age * takeScale(state, nowMs);
  state.pending ??= new Float64Array(state.values.length);
  const {pending} = state;
  for (let index = 0; index < pending.length; index++) {
    pending[index] = (pending[index] as number) + scale * (mass.values[index] as number);
  }
  state.clock.set(setup.self, ownClock(state) + scale);
  state.units += 1;
  state.work = null;
  releasePending(state);
  save(context, {kind: "noted"});
  return true;
}

/**
 * Lets own progress into a mass, in place. The site's own sample count weights it, never w: d (sum s) / N =
 * sum p_i D_i. If p is more than four times w, an estimate would move more than four times as far as the
 * site's own model did. Then a part enters now, and the rest after later exchanges; nothing is lost.
 * @param pending `[d]`, own progress; the rest of it stays there
 * @param own p
 * @returns true if all of it has entered
 */
export function letIn({values, weight}: Mass, pending: Float64Array, own: number): boolean {
  const share = Math.min(1, (MAX_STEP_FACTOR * weight) / own);
  for (let index = 0; index < values.length; index++) {
    const part = share * (pending[index] as number);
    values[index] = (values[index] as number) + part;
    pending[index] = (pending[index] as number) - part;
  }
  return share === 1;
}

/** Lets a member's own progress into its mass as far as {@link letIn} allows. */
export function releasePending(state: SegmentState): void {
  if (state.pending === null) return;
  if (letIn(state, state.pending, state.setup.spec.weight)) state.pending = null;
}

/** Lets all own progress into the mass, because none may be left when the mass is handed in. */
export function releaseAll(state: SegmentState): void {
  const {pending, values} = state;
  if (pending === null) return;
  for (let index = 0; index < values.length; index++) {
    values[index] = (values[index] as number) + (pending[index] as number);
  }
  state.pending = null;
}
