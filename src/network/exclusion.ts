/** A first offence keeps a member out for this long, in milliseconds; each further one for twice as long. */
export const FIRST_EXCLUSION_MS = 2_000;

/** Longest time out, in milliseconds. */
export const MAX_EXCLUSION_MS = 10 * 60_000;

/** After so long without an offence, counted from the end of the last time out, the next is a first one again. */
export const QUIET_MS = 20 * 60_000;

/** How long a member stays out after it broke a rule. Time is the caller's, in milliseconds. */
export interface Exclusion {
  /**
   * The member broke a rule; one that is out already is not kept out any longer.
   * @returns how long it stays out from now on, in milliseconds
   */
  offend(nowMs: number): number;
  isOut(nowMs: number): boolean;
}

/** An {@link Exclusion} of a member that has done nothing yet. */
export function createExclusion(): Exclusion {
  let offences = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  const isOut = (nowMs: number): boolean => nowMs < untilMs;
  return {
    isOut,
    offend(nowMs) {
      if (isOut(nowMs)) return untilMs - nowMs;
      if (nowMs - untilMs >= QUIET_MS) offences = 0;
      const timeMs = Math.min(MAX_EXCLUSION_MS, FIRST_EXCLUSION_MS * 2 ** offences);
      offences += 1;
      untilMs = nowMs + timeMs;
      return timeMs;
    },
  };
}
