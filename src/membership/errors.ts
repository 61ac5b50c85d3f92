/** Codes of the errors of this room. */
export type MembershipErrorCode =
  /** Bytes that should be membership records are not. */
  | "MEMBERSHIP_MALFORMED"
  /** The key has signed a word that the new one would contradict. */
  | "MEMBERSHIP_SIGNED_ALREADY"
  /** There are more records than a file may hold. */
  | "MEMBERSHIP_TOO_MANY"
  /** Records of two consortia were put together. */
  | "MEMBERSHIP_FOREIGN"
  /** A text that should be a ticket is not. */
  | "MEMBERSHIP_TICKET_INVALID"
  /** A change does not fit the members: it admits one that is there, or revokes one that is not. */
  | "MEMBERSHIP_UNFIT"
  /** Too few members have given the last attempt up to know whether it was decided. */
  | "MEMBERSHIP_UNDECIDED";
