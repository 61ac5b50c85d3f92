/** Codes of the errors of this room. */
export type MembershipErrorCode =
  /** Bytes that should be membership records are not. */
  | "MEMBERSHIP_MALFORMED"
  /** The key has signed a word that the new one would contradict. */
  | "MEMBERSHIP_SIGNED_ALREADY";
