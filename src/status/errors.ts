/** Codes of the errors that this room throws. */
export type StatusErrorCode =
  /** Another process already listens on the status port. */
  | "STATUS_PORT_IN_USE"
  /** The status address could not be bound for another reason. */
  | "STATUS_LISTEN_FAILED";
