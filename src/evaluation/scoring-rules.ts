import {checkProbabilities} from "./scored-patients.ts";

/**
 * Least distance of a probability from 0 and 1 in {@link logLoss}: the spacing of f32 at 1, because models
 * give their scores in f32. scikit-learn clips f32 scores there too.
 */
const LOG_LOSS_CLIP = 2 ** -23;

/**
 * The Brier score: the mean squared difference between probability and label; 0 is best, 1 is worst.
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scores probability of label 1, 0 .. 1, `[n]`
 * @returns null if there are no patients
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE,
 * EVALUATION_NOT_PROBABILITY
 * @see Brier 1950, in the form for one event (half of the original)
 */
export function brierScore(labels: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  return meanLoss(labels, scores, patientBrier);
}

/**
 * The log-loss in nats: the mean of -ln(probability of the true label), with probabilities clipped to 2^-23
 * .. 1 - 2^-23. One patient therefore costs at most 15.95.
 *
 * @param labels 0 or 1 for each patient, `[n]`
 * @param scores probability of label 1, 0 .. 1, `[n]`
 * @returns null if there are no patients
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE,
 * EVALUATION_NOT_PROBABILITY
 */
export function logLoss(labels: ArrayLike<number>, scores: ArrayLike<number>): number | null {
  return meanLoss(labels, scores, patientLogLoss);
}

/** Contribution of one patient to {@link brierScore}, 0 .. 1. */
export function patientBrier(label: number, score: number): number {
  return (score - label) ** 2;
}

/** Contribution of one patient to {@link logLoss}, 0 .. 15.95 nats. */
export function patientLogLoss(label: number, score: number): number {
  const clipped = Math.min(1 - LOG_LOSS_CLIP, Math.max(LOG_LOSS_CLIP, score));
  return -Math.log(label === 1 ? clipped : 1 - clipped);
}

function meanLoss(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  lossOf: (label: number, score: number) => number,
): number | null {
  checkProbabilities(labels, scores);
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += lossOf(labels[row] as number, scores[row] as number);
  return labels.length === 0 ? null : sum / labels.length;
}
