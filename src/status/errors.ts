/** Codes of the errors that this room throws. */
export type StatusErrorCode =
  /** Another process already listens on the status port. */
  | "STATUS_PORT_IN_USE"
  /** The status address could not be bound for another reason. */
  | "STATUS_LISTEN_FAILED"
  /** Other machines can reach the status address, and nothing asks them for their identity. */
  | "STATUS_AUTH_REQUIRED"
  /** The certificate or key of the status server cannot be used. */
  | "STATUS_TLS_INVALID"
  /** The files of the dashboard, which are installed with the program, cannot be read. */
  | "STATUS_DASHBOARD_UNREADABLE";
