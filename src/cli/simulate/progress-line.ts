import {formatSeconds} from "../../core/index.ts";
import type {StudyProgress} from "../../simulation/index.ts";

/** Shares below this say little of the time that is left. */
const TELLING_SHARE = 0.01;

/** Where a simulation is, in one line: trial, method, round, the figure, how fast it goes and how long it takes. */
export function simulationLine(progress: StudyProgress, elapsedMs: number): string {
  const {trialsDone, trials, seed, method, round, rounds, share} = progress;
  const seconds = elapsedMs / 1000;
  const left = share < TELLING_SHARE ? "" : ` | ${formatSeconds((seconds * (1 - share)) / share)} left`;
  const value = round.value === null ? "" : ` | ${round.value.toFixed(3)}`;
  const rate = ` | ${((60 * trials * share) / Math.max(seconds, 1e-3)).toFixed(1)} trials a minute`;
  return `trial ${trialsDone + 1} of ${trials} (seed ${seed}) | ${method} round ${round.round + 1} of ${rounds}${value}${rate}${left}`;
}
