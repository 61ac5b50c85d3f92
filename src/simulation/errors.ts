/** Codes of the errors that this room throws. */
export type SimulationErrorCode =
  /** The simulated members make no progress any more. */
  | "SIMULATION_STALLED"
  /** A member is named that the world does not have. */
  | "SIMULATION_UNKNOWN_MEMBER"
  /** An experiment asks for a figure that its patients have not. */
  | "SIMULATION_METRIC_UNFIT";
