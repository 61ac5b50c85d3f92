/** Codes of the errors that this room throws. */
export type SimulationErrorCode =
  /** The simulated members make no progress any more. */
  | "SIMULATION_STALLED"
  /** A member is named that the world does not have. */
  | "SIMULATION_UNKNOWN_MEMBER"
  /** A summary.json is not JSON, or not of this version's format. */
  | "SIMULATION_SUMMARY_INVALID";
