import {formatSeconds} from "../../core/index.ts";
import {roundWord, type StudyProgress} from "../../study/index.ts";

/** Shares below this say little about the remaining time. */
const TELLING_SHARE = 0.01;

/** A command's knowledge of its own pace. */
export interface StudyPace {
  readonly elapsedMs: number;
  /** Trials that were there before it began. */
  readonly earlier: number;
}

/** The progress of a simulation in one line: trial, method, round, the figure, speed and duration. */
export function simulationLine(progress: StudyProgress, {elapsedMs, earlier}: StudyPace): string {
  const {trialsDone, trials, seed, method, round, rounds, share} = progress;
  const seconds = elapsedMs / 1000;
  const own = share - earlier / trials;
  const left = own < TELLING_SHARE ? "" : ` | ${formatSeconds((seconds * (1 - share)) / own)} left`;
  const value = round.value === null ? "" : ` | ${round.value.toFixed(3)}`;
  const rate = ` | ${((60 * trials * own) / Math.max(seconds, 1e-3)).toFixed(1)} trials a minute`;
  // The plan does not say how often swarm learning merges.
  const word = roundWord(method);
  const where = `${word} ${round.round}${word === "round" ? ` of ${rounds}` : ""}`;
  return `trial ${trialsDone + 1} of ${trials} (seed ${seed}) | ${method} ${where}${value}${rate}${left}`;
}
