/** Codes of the errors of this room. */
export type TrainingErrorCode =
  /** Local steps were ended by their signal. */
  | "TRAINING_CANCELLED"
  /** The trainer was closed before or during a request. */
  | "TRAINING_CLOSED"
  /** The loss or a parameter is no longer a finite number. */
  | "TRAINING_DIVERGED"
  /** A request is impossible, such as one for no steps. */
  | "TRAINING_REQUEST_INVALID"
  /** The worker thread ended or never started. */
  | "TRAINING_WORKER_DIED";
