/** Number of intervals between parts whose median is the usual interval. */
const MEDIAN_OF = 20;

/** The last time at which this site's part in the run took effect, and the usual time between parts. */
export interface OwnParts {
  /**
   * Records that the site's part took effect now: in a certified round, or in a committed exchange of an
   * asynchronous segment.
   */
  took(time: {readonly nowMs: number; readonly wallMs: number; readonly isTraining: boolean}): void;
  /** Time of the last part, in wall-clock ms; null: not since the start. */
  lastWallMs(): number | null;
  /**
   * Lower median of the last 20 times between two parts, in seconds, in rounds of the kind; null without any.
   */
  usualSeconds(isTraining: boolean): number | null;
}

/** The lower median: the smaller of the two middle ones if their number is even; null without any. */
export function lowerMedian(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? null;
}

/** {@link OwnParts} of a node that has just started. */
export function createOwnParts(): OwnParts {
  let seconds: number[] = [];
  let last: {readonly nowMs: number; readonly wallMs: number} | null = null;
  let isOfTraining = false;
  return {
    took({nowMs, wallMs, isTraining}) {
      if (isTraining !== isOfTraining) seconds = [];
      isOfTraining = isTraining;
      if (last !== null) seconds.push((nowMs - last.nowMs) / 1000);
      if (seconds.length > MEDIAN_OF) seconds.shift();
      last = {nowMs, wallMs};
    },
    lastWallMs: () => last?.wallMs ?? null,
    usualSeconds: (isTraining) => (isTraining === isOfTraining ? lowerMedian(seconds) : null),
  };
}

/** The facts that decide how long a part may take. */
export interface PartLimits {
  /** The longest wait for a member in a round that the plan allows. */
  readonly deadlineSeconds: number;
  /** Usual time between two parts; null if unknown. */
  readonly usualSeconds: number | null;
  /** Duration of the site's own work in the round under way so far. */
  readonly workSeconds: number;
  /** Time that the plan lets the run wait for members before it begins; 0 once it has begun. */
  readonly startSeconds: number;
}

/**
 * Time that may pass from one part of this site's to the next while all is well, in seconds: the wait that
 * the plan allows in a round, plus the usual time of a round. If that time is unknown, in the first round of
 * a kind, the site's own work takes its place.
 */
export function allowedSeconds({
  deadlineSeconds,
  usualSeconds,
  workSeconds,
  startSeconds,
}: PartLimits): number {
  return startSeconds + deadlineSeconds + (usualSeconds ?? workSeconds);
}
