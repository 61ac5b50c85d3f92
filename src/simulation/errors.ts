/** Codes of the errors that this room throws. */
export type SimulationErrorCode =
  /** The fast engine cannot run the experiment. */
  | "SIMULATION_ENGINE_UNFIT"
  /** There are more members than a certificate can name: the full engine sends the daemons' own frames. */
  | "SIMULATION_NETWORK_TOO_LARGE"
  /** The plan's model cannot learn the kind of labels in the data. */
  | "SIMULATION_MODEL_UNFIT"
  /** The number of training threads is below 0. */
  | "SIMULATION_NO_THREADS"
  /** A baseline's merged model holds values that are not finite: a result that `simulate` never throws. */
  | "SIMULATION_DIVERGED"
  /** The simulated members make no more progress. */
  | "SIMULATION_STALLED"
  /** All sites of an experiment are external, so none is left to train. */
  | "SIMULATION_NOBODY_TRAINS"
  /** No site of an experiment has a test patient. */
  | "SIMULATION_NOBODY_TESTED"
  /** An experiment names a site outside its data block that its cohort does not have. */
  | "SIMULATION_SITE_UNKNOWN"
  /** An attack leaves no honest site. */
  | "SIMULATION_NOBODY_HONEST"
  /** A name does not belong to any member of the world. */
  | "SIMULATION_UNKNOWN_MEMBER"
  /** A model gave a different number of scores than there are patients: a fault of the program. */
  | "SIMULATION_SCORES_UNFIT"
  /** An experiment asks for a figure that its patients do not have. */
  | "SIMULATION_METRIC_UNFIT"
  /** A trial kept for --resume is not JSON, or does not have this version's format. */
  | "SIMULATION_TRIAL_INVALID"
  /** A summary.json is not JSON, or does not have this version's format. */
  | "SIMULATION_SUMMARY_INVALID";
