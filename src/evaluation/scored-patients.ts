import {CodedError} from "../core/index.ts";
import type {EvaluationErrorCode} from "./errors.ts";

/** The scores of the two classes, each in ascending order; the caller owns both arrays. */
export interface ScoresByClass {
  /** Scores of the patients labelled 1, `[m]`. */
  readonly positives: Float64Array;
  /** Scores of the patients labelled 0, `[n - m]`. */
  readonly negatives: Float64Array;
}

/**
 * Checks that `labels` `[n]` are 0 or 1 and belong to finite `scores` `[n]`, one entry a patient.
 *
 * @returns the number of patients labelled 1
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function checkScoredPatients(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  if (labels.length !== scores.length) {
    throw new CodedError<EvaluationErrorCode>(
      "EVALUATION_LENGTH_MISMATCH",
      `${labels.length} labels for ${scores.length} scores`,
      {
        data: {labels: labels.length, scores: scores.length},
        hint: "Give one label and one score for each patient.",
      },
    );
  }
  let positives = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    if (label !== 0 && label !== 1) throw rowError("EVALUATION_NOT_BINARY", row);
    if (!Number.isFinite(scores[row])) throw rowError("EVALUATION_NOT_FINITE", row);
    positives += label;
  }
  return positives;
}

/**
 * Checks that `labels` `[n]` are 0 or 1 and that `scores` `[n]` are probabilities of label 1.
 *
 * @returns the number of patients labelled 1
 * @throws those of {@link checkScoredPatients}, and EVALUATION_NOT_PROBABILITY
 */
export function checkProbabilities(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const positives = checkScoredPatients(labels, scores);
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    if (score < 0 || score > 1) throw rowError("EVALUATION_NOT_PROBABILITY", row);
  }
  return positives;
}

/** Splits checked patients by label and sorts each class by score, so their order does not matter. */
export function scoresByClass(labels: ArrayLike<number>, scores: ArrayLike<number>): ScoresByClass {
  const all = Float64Array.from(scores);
  return {
    positives: all.filter((_, row) => labels[row] === 1).sort(),
    negatives: all.filter((_, row) => labels[row] === 0).sort(),
  };
}

const FAULTS = {
  EVALUATION_NOT_BINARY: ["a label is neither 0 nor 1", "Map the positive class to 1 and the other to 0."],
  EVALUATION_NOT_FINITE: ["a score is NaN or infinite", "Look whether training diverged."],
  EVALUATION_NOT_PROBABILITY: ["a score is outside 0 .. 1", "Turn logits into probabilities first."],
} as const;

/** The error for one patient, named by the row counted from 1 and never by the value. */
function rowError(code: keyof typeof FAULTS, row: number): CodedError<EvaluationErrorCode> {
  const [what, hint] = FAULTS[code];
  return new CodedError(code, `${what}, row ${row + 1}`, {data: {row: row + 1}, hint});
}
