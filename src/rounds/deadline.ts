/** Bounds between which deadlines adapt, from the plan. */
export interface DeadlineLimits {
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** The knowledge of a deadline. */
export interface DeadlineMemory {
  /** Null before the first observation. */
  readonly meanMs: number | null;
  readonly deviationMs: number;
  readonly factor: number;
}

/** A deadline that adapts to observed durations. */
export interface Deadline {
  /** Time to wait now, in milliseconds. */
  timeoutMs(): number;
  /** Records how long it took this time. */
  observe(durationMs: number): void;
  /** Records that someone alive came too late: the next wait is longer. */
  backOff(): void;
  /** Returns its knowledge so far. */
  memory(): DeadlineMemory;
}

/** Factor by which a missed deadline grows (RFC 6298, section 5.5). */
const DOUBLED = 2;

/**
 * Factor by which the wait for members that are not ready grows. From a plan's usual shortest deadline, a
 * fiftieth of its maximum, it reaches the longest within the three rounds in which a returned member must
 * have its part.
 */
const READINESS_GROWTH = 4;

/**
 * Creates a deadline: smoothed mean plus four mean deviations, `growth` times as long after a miss. Until the
 * first observation it is half the plan's maximum, which keeps waiting and exchanging together within that.
 * @param before knowledge of an earlier deadline of the same kind
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

/** The two deadlines of a member: for the others' work, and for an attempt to mix. */
export interface Deadlines {
  readonly readiness: Deadline;
  readonly exchanging: Deadline;
}

/** Creates a member's deadlines. @param before knowledge of its earlier ones */
export function createDeadlines(
  limits: DeadlineLimits,
  before: {readonly readiness: DeadlineMemory; readonly exchanging: DeadlineMemory} | null,
): Deadlines {
  return {
    readiness: createDeadline(limits, before?.readiness, READINESS_GROWTH),
    exchanging: createDeadline(limits, before?.exchanging),
  };
}
