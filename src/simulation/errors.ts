/** Codes of the errors that this room throws. */
export type SimulationErrorCode =
  /** The fast engine cannot run what the experiment asks for. */
  | "SIMULATION_ENGINE_UNFIT"
  /** More members than a certificate can name: the full engine sends the daemons' own frames. */
  | "SIMULATION_NETWORK_TOO_LARGE"
  /** The plan's model cannot learn what the data are labelled with. */
  | "SIMULATION_MODEL_UNFIT"
  /** Fewer than no threads are to train. */
  | "SIMULATION_NO_THREADS"
  /** A baseline's merged model holds values that are no numbers: a result, which no caller of `simulate` sees as an error. */
  | "SIMULATION_DIVERGED"
  /** The simulated members make no progress any more. */
  | "SIMULATION_STALLED"
  /** All sites of an experiment are external: none is left to train. */
  | "SIMULATION_NOBODY_TRAINS"
  /** No site of an experiment has a test patient. */
  | "SIMULATION_NOBODY_TESTED"
  /** An experiment names a site outside its data block that its cohort does not have. */
  | "SIMULATION_SITE_UNKNOWN"
  /** An attack leaves no site that does what it should. */
  | "SIMULATION_NOBODY_HONEST"
  /** A member is named that the world does not have. */
  | "SIMULATION_UNKNOWN_MEMBER"
  /** A model gave another number of scores than there are patients: a fault of the program. */
  | "SIMULATION_SCORES_UNFIT"
  /** Results lack a method, a group, a metric or a seed that they must have: a fault of the program. */
  | "SIMULATION_RESULTS_TORN"
  /** An experiment asks for a figure that its patients have not. */
  | "SIMULATION_METRIC_UNFIT"
  /** A trial kept for --resume is not JSON, or not what this version writes. */
  | "SIMULATION_TRIAL_INVALID"
  /** A summary.json is not JSON, or not of this version's format. */
  | "SIMULATION_SUMMARY_INVALID";
