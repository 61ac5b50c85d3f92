import {at} from "../core/index.ts";
import type {NodeView} from "../node/index.ts";

/** Number of rounds over which the pace is the mean. */
const MEAN_OF = 10;
/** Number of rounds whose median is the usual duration now. */
const USUAL_OF = 5;
/** A round counts as at most this many times as long, or as short, as is usual now. */
const OUTLIER_FACTOR = 4;
/** A hiccup this short, in seconds, makes no round unusual. */
const HICCUP_SECONDS = 1;

/** Remaining time of a run, in seconds; null if it is unknown, with the reason. */
export type Remaining =
  | {readonly seconds: number; readonly reason: null}
  | {readonly seconds: null; readonly reason: string};

/** The input of an estimate. */
export interface RunPace {
  /** Rounds that are not certified, the one under way included. */
  readonly roundsLeft: number;
  /** Durations of the last rounds of the same kind as those that remain, oldest first. */
  readonly recentSeconds: readonly number[];
  /** Time that the round under way has taken so far. */
  readonly ageSeconds: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return at(sorted, (sorted.length - 1) >> 1);
}

/**
 * Estimates the rest of a run. Each round takes the mean of the last ten, none of which counts as more than
 * four times, or less than a quarter of, the median of the last five. One odd round therefore changes little,
 * and a new pace is followed after three. While the round under way takes longer than four usual ones,
 * nothing is known.
 */
export function remainingTime({roundsLeft, recentSeconds, ageSeconds}: RunPace): Remaining {
  if (roundsLeft <= 0) return {seconds: 0, reason: null};
  if (recentSeconds.length === 0) return {seconds: null, reason: "no round has been timed yet"};
  const usual = median(recentSeconds.slice(-USUAL_OF));
  if (ageSeconds > OUTLIER_FACTOR * usual + HICCUP_SECONDS) {
    const reason = `the round under way has taken ${Math.round(ageSeconds)} s, where ${usual.toPrecision(2)} s are usual`;
    return {seconds: null, reason};
  }
  const last = recentSeconds
    .slice(-MEAN_OF)
    .map((seconds) => Math.min(OUTLIER_FACTOR * usual, Math.max(usual / OUTLIER_FACTOR, seconds)));
  const pace = last.reduce((sum, seconds) => sum + seconds, 0) / last.length;
  return {seconds: (roundsLeft - 1) * pace + Math.max(0, pace - ageSeconds), reason: null};
}

/** The remaining time of a node's run. @param wallMs present time */
export function remainingOf({round, rounds, stage, pace}: NodeView, wallMs: number): Remaining {
  if (stage === null) return {seconds: 0, reason: null};
  if (stage !== "training") return {seconds: null, reason: "training has not begun"};
  return remainingTime({
    roundsLeft: rounds - round,
    recentSeconds: pace.recentRoundSeconds,
    ageSeconds: Math.max(0, (wallMs - pace.roundSinceWallMs) / 1000),
  });
}
