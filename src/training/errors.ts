/** Codes of the errors of this room. */
export type TrainingErrorCode =
  /** Local steps were ended by their signal. */
  | "TRAINING_CANCELLED"
  /** The trainer was closed before or while it was asked. */
  | "TRAINING_CLOSED"
  /** The loss or a parameter is no longer a finite number. */
  | "TRAINING_DIVERGED"
  /** A request asks for what cannot be done, such as no step at all. */
  | "TRAINING_REQUEST_INVALID"
  /** The worker thread ended or never started. */
  | "TRAINING_WORKER_DIED";
