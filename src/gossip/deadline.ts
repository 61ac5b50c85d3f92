/** Bounds between which deadlines adapt, from the plan. */
export interface DeadlineLimits {
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** A deadline that follows how long things have taken. */
export interface Deadline {
  /** How long to wait now. */
  timeoutMs(): number;
  /** Tells how long it took this time. */
  observe(durationMs: number): void;
  /** Someone alive came too late: wait twice as long next time. */
  backOff(): void;
}

/**
 * Smoothed mean plus four mean deviations, doubled after a miss; half the plan's maximum until the first
 * observation, so that waiting and exchanging together stay within it.
 * @see RFC 6298, sections 2 and 5.5
 */
export function createDeadline(limits: DeadlineLimits): Deadline {
  const ceilingMs = Math.max(limits.minimumMs, limits.maximumMs / 2);
  const clamp = (timeMs: number): number => Math.min(ceilingMs, Math.max(limits.minimumMs, timeMs));
  let meanMs: number | undefined;
  let deviationMs = 0;
  let factor = 1;
  return {
    timeoutMs: () => (meanMs === undefined ? ceilingMs : clamp(factor * clamp(meanMs + 4 * deviationMs))),
    observe(durationMs) {
      factor = 1;
      deviationMs =
        meanMs === undefined ? durationMs / 2 : 0.75 * deviationMs + 0.25 * Math.abs(meanMs - durationMs);
      meanMs = meanMs === undefined ? durationMs : 0.875 * meanMs + 0.125 * durationMs;
    },
    backOff() {
      factor = Math.min(64, 2 * factor);
    },
  };
}
