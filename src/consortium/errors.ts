/** Codes of the errors of this room. */
export type ConsortiumErrorCode =
  /** A seed is not 32 bytes long. */
  | "CONSORTIUM_SEED_INVALID"
  /** The roster file is not what the schema asks for, or names a member twice. */
  | "CONSORTIUM_ROSTER_INVALID"
  /** The plan file is not what the schema asks for. */
  | "CONSORTIUM_PLAN_INVALID"
  /** A founder has not signed the genesis of the membership file. */
  | "CONSORTIUM_UNFOUNDED"
  /** Two records of one height of the membership file were decided. */
  | "CONSORTIUM_FORKED";
