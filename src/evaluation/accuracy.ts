import {clipToUnit, type Interval} from "./distributions/interval.ts";
import {NORMAL_95} from "./distributions/normal.ts";
import {checkProbabilities} from "./scored-patients.ts";

const THRESHOLD = 0.5;

/**
 * Share of patients classified correctly when a probability above 0.5 means label 1, with Wilson's 95 % score
 * interval.
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scores probability of label 1, 0 .. 1, `[n]`
 * @returns null if there are no patients
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE,
 * EVALUATION_NOT_PROBABILITY
 */
export function accuracy(labels: ArrayLike<number>, scores: ArrayLike<number>): Interval | null {
  checkProbabilities(labels, scores);
  let correct = 0;
  for (let row = 0; row < labels.length; row++) {
    correct += isClassifiedRightly(labels[row] as number, scores[row] as number);
  }
  return labels.length === 0 ? null : wilsonInterval(correct, labels.length);
}

/** Returns 1 if `label` equals the class of `score`, which is 1 for a probability above 0.5; otherwise 0. */
export function isClassifiedRightly(label: number, score: number): 0 | 1 {
  return score > THRESHOLD === (label === 1) ? 1 : 0;
}

/**
 * The share `successes` / `trials` with Wilson's 95 % score interval, without continuity correction.
 *
 * @param successes a whole number, 0 .. `trials`
 * @param trials a whole number, at least 1
 * @see Wilson 1927; Newcombe 1998, method 3
 */
export function wilsonInterval(successes: number, trials: number): Interval {
  const share = successes / trials;
  const z2 = NORMAL_95 * NORMAL_95;
  const centre = (successes + z2 / 2) / (trials + z2);
  const margin = (NORMAL_95 * Math.sqrt(trials * share * (1 - share) + z2 / 4)) / (trials + z2);
  return {
    value: share,
    low: successes === 0 ? 0 : clipToUnit(centre - margin),
    high: successes === trials ? 1 : clipToUnit(centre + margin),
  };
}
