/** Codes of the errors of this room. */
export type ConsortiumErrorCode =
  /** A seed is not 32 bytes long. */
  | "CONSORTIUM_SEED_INVALID"
  /** The roster file is not what the schema asks for, or names a member twice. */
  | "CONSORTIUM_ROSTER_INVALID"
  /** The plan file is not what the schema asks for. */
  | "CONSORTIUM_PLAN_INVALID";
