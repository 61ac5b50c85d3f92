/** Codes of the errors that this room throws. */
export type PrivacyErrorCode =
  /** An update holds NaN or infinite values and may not leave. */
  | "PRIVACY_NOT_FINITE"
  /** A weight is outside (0, 1] or not exact in binary32. */
  | "PRIVACY_WRONG_WEIGHT"
  /** Bytes said to have been released before do not have the recorded hash. */
  | "PRIVACY_NOT_RELEASED";
