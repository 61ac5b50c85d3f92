/** The codes of the errors this room throws. */
export type EvaluationErrorCode =
  /** The labels and the scores belong to different numbers of patients. */
  | "EVALUATION_LENGTH_MISMATCH"
  /** A label is neither 0 nor 1. */
  | "EVALUATION_NOT_BINARY"
  /** A score, time or value is NaN or infinite. */
  | "EVALUATION_NOT_FINITE"
  /** A score that must be a probability is outside 0 .. 1. */
  | "EVALUATION_NOT_PROBABILITY"
  /** A figure over seeds lies outside its declared range. */
  | "EVALUATION_OUT_OF_RANGE";
