/** Time out after a first offence, in milliseconds; it doubles with each further offence. */
export const FIRST_EXCLUSION_MS = 2_000;

/** Longest exclusion, in milliseconds. */
export const MAX_EXCLUSION_MS = 10 * 60_000;

/**
 * Time without an offence, from the end of the last exclusion, after which the next counts as a first, in ms.
 */
export const QUIET_MS = 20 * 60_000;

/** Decides how long a member stays out after it broke a rule. The caller gives the time, in milliseconds. */
export interface Exclusion {
  /**
   * Notes that the member broke a rule; an exclusion that already runs is not extended.
   * @returns how long it stays out from now on, in milliseconds
   */
  offend(nowMs: number): number;
  isOut(nowMs: number): boolean;
}

/** Creates an {@link Exclusion} of a member that has done nothing yet. */
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
