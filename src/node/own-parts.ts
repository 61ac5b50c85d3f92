/** The usual time between two parts is the median of so many. */
const MEDIAN_OF = 20;

/** When this site's part in the run last took effect, and how long that usually takes. */
export interface OwnParts {
  /** The site's part took effect now: in a certified round, or in a committed exchange of an asynchronous segment. */
  took(time: {readonly nowMs: number; readonly wallMs: number; readonly isTraining: boolean}): void;
  /** When that last was, in wall-clock ms; null: not since the start. */
  lastWallMs(): number | null;
  /** Lower median of the last 20 times between two parts, in seconds, in rounds of the kind; null without any. */
  usualSeconds(isTraining: boolean): number | null;
}

/** The lower median: of an even number the smaller of the two in the middle; null of none. */
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

/** What decides how long a part may take. */
export interface PartLimits {
  /** The longest that the plan lets a round wait for a member. */
  readonly deadlineSeconds: number;
  /** How long it usually is between two parts; null when that is not known. */
  readonly usualSeconds: number | null;
  /** How long the site's own work in the round under way has taken so far. */
  readonly workSeconds: number;
  /** How long the plan lets the run wait for members before it begins; 0 once it has. */
  readonly startSeconds: number;
}

/**
 * How long it may be, in seconds, from one part of this site's to the next while all is well: what the plan lets a round
 * wait, beside the time that a round usually takes. Where no such time is known, in the first round of a kind, the
 * site's own work stands for it.
 */
export function allowedSeconds({
  deadlineSeconds,
  usualSeconds,
  workSeconds,
  startSeconds,
}: PartLimits): number {
  return startSeconds + deadlineSeconds + (usualSeconds ?? workSeconds);
}
