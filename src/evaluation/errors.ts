/** The codes of the errors this room throws. */
export type EvaluationErrorCode =
  /** The labels and the scores are not of the same number of patients. */
  | "EVALUATION_LENGTH_MISMATCH"
  /** A label is neither 0 nor 1. */
  | "EVALUATION_NOT_BINARY"
  /** A score, time or value is NaN or infinite. */
  | "EVALUATION_NOT_FINITE"
  /** A score that must be a probability is outside 0 .. 1. */
  | "EVALUATION_NOT_PROBABILITY"
  /** A figure over seeds lies outside the range that it is said to have. */
  | "EVALUATION_OUT_OF_RANGE";
