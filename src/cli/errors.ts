/** Codes of the errors that this room throws. */
export type CliErrorCode =
  /** The command line is not what `--help` describes. */
  | "CLI_USAGE"
  /** A file named on the command line or in node.yaml cannot be read. */
  | "CLI_INPUT_UNREADABLE"
  /** The plan is not of the roster's consortium, or not for the task file's contract. */
  | "CLI_PLAN_FOREIGN"
  /** A site's file leaves too few patients to train on. */
  | "CLI_TOO_FEW_PATIENTS"
  /** No daemon answers at the status address. */
  | "CLI_STATUS_UNREACHABLE"
  /** The daemon does not tell whoever asks: its token is another, or it is asked too much. */
  | "CLI_STATUS_REFUSED"
  /** The daemon is up but not ready to say more. */
  | "CLI_STATUS_STARTING"
  /** What answers at the status address is no daemon of this version. */
  | "CLI_STATUS_FOREIGN"
  /** A daemon of the demo ended unasked. */
  | "CLI_DAEMON_ENDED"
  /** A daemon of the demo was silent for too long. */
  | "CLI_DAEMON_SILENT"
  /** A file that a command would write is there already. */
  | "CLI_OUTPUT_EXISTS"
  /** A file or folder for a command's output cannot be written. */
  | "CLI_OUTPUT_UNWRITABLE"
  /** The folder for an experiment's results holds some already. */
  | "CLI_RESULTS_EXIST"
  /** What is in a folder of results is of another experiment, or nothing that this version wrote. */
  | "CLI_RESULTS_FOREIGN"
  /** The demo's daemons ended with different models, which must not happen. */
  | "CLI_MODELS_DIFFER";
