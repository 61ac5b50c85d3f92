/** Codes of the errors that this room throws. */
export type SimulationErrorCode =
  /** The fast engine can not run what the experiment asks for. */
  | "SIMULATION_ENGINE_UNFIT"
  /** More members than a certificate can name: the full engine sends the daemons' own frames. */
  | "SIMULATION_NETWORK_TOO_LARGE"
  /** The plan's model can not learn what the data are labelled with. */
  | "SIMULATION_MODEL_UNFIT"
  /** Fewer than no threads are to train. */
  | "SIMULATION_NO_THREADS"
  /** The simulated members make no progress any more. */
  | "SIMULATION_STALLED"
  /** A member is named that the world does not have. */
  | "SIMULATION_UNKNOWN_MEMBER";
