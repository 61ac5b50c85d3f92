/** Bounds between which deadlines adapt, from the plan. */
export interface DeadlineLimits {
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** What a deadline has learnt. */
export interface DeadlineMemory {
  /** Null before the first observation. */
  readonly meanMs: number | null;
  readonly deviationMs: number;
  readonly factor: number;
}

/** A deadline that follows how long things have taken. */
export interface Deadline {
  /** How long to wait now. */
  timeoutMs(): number;
  /** Tells how long it took this time. */
  observe(durationMs: number): void;
  /** Someone alive came too late: wait longer next time. */
  backOff(): void;
  /** What it has learnt so far. */
  memory(): DeadlineMemory;
}

/** A deadline that was missed is doubled (RFC 6298, section 5.5). */
const DOUBLED = 2;

/**
 * What the wait for members that are not ready grows by: from a plan's usual shortest deadline, a fiftieth of its
 * maximum, to the longest within the three rounds in which a member that has come back must have its part.
 */
export const READINESS_GROWTH = 4;

/**
 * Smoothed mean plus four mean deviations, `growth` times as long after a miss; half the plan's maximum until the first
 * observation, so that waiting and exchanging together stay within it.
 * @param before what an earlier deadline of the same kind had learnt
 * @see RFC 6298, sections 2 and 5.5
 */
export function createDeadline(
  limits: DeadlineLimits,
  before: DeadlineMemory | null = null,
  growth = DOUBLED,
): Deadline {
  const ceilingMs = Math.max(limits.minimumMs, limits.maximumMs / 2);
  const clamp = (timeMs: number): number => Math.min(ceilingMs, Math.max(limits.minimumMs, timeMs));
  let {meanMs, deviationMs, factor} = before ?? {meanMs: null, deviationMs: 0, factor: 1};
  return {
    timeoutMs: () => (meanMs === null ? ceilingMs : clamp(factor * clamp(meanMs + 4 * deviationMs))),
    observe(durationMs) {
      factor = 1;
      deviationMs =
        meanMs === null ? durationMs / 2 : 0.75 * deviationMs + 0.25 * Math.abs(meanMs - durationMs);
      meanMs = meanMs === null ? durationMs : 0.875 * meanMs + 0.125 * durationMs;
    },
    backOff() {
      factor = Math.min(64, growth * factor);
    },
    memory: () => ({meanMs, deviationMs, factor}),
  };
}
