/** Codes of the errors that this room throws. */
export type CliErrorCode =
  /** The command line is not what `--help` describes. */
  | "CLI_USAGE"
  /** A file named on the command line or in node.yaml cannot be read. */
  | "CLI_INPUT_UNREADABLE"
  /** A file named on the command line or in node.yaml is too large to be what it is named as. */
  | "CLI_INPUT_TOO_LARGE"
  /** The plan is not of the roster's consortium, or not for the task file's contract. */
  | "CLI_PLAN_FOREIGN"
  /** There is no organisation key where one is looked for. */
  | "CLI_KEY_MISSING"
  /** A name or key is no member's. */
  | "CLI_MEMBER_UNKNOWN"
  /** No open proposal, or more than one, begins with the digits given. */
  | "CLI_PROPOSAL_UNKNOWN"
  /** Nobody asks to be admitted to the consortium. */
  | "CLI_APPLICANT_NONE"
  /** Two keys came with one ticket. */
  | "CLI_TICKET_TWICE"
  /** A site's file leaves too few patients to train on. */
  | "CLI_TOO_FEW_PATIENTS"
  /** There is no ledger, or nothing in it of the day that was asked for. */
  | "CLI_LEDGER_MISSING"
  /** No daemon answers at the status address. */
  | "CLI_STATUS_UNREACHABLE"
  /** The daemon refuses this client: the token is wrong, or it asks too often. */
  | "CLI_STATUS_REFUSED"
  /** The daemon is up but not ready to say more. */
  | "CLI_STATUS_STARTING"
  /** The answer at the status address does not come from a daemon of this version. */
  | "CLI_STATUS_FOREIGN"
  /** The patients of a finished run cannot be identified in today's data. */
  | "CLI_DATA_CHANGED"
  /** A daemon of the demo ended unasked. */
  | "CLI_DAEMON_ENDED"
  /** A daemon of the demo was silent for too long. */
  | "CLI_DAEMON_SILENT"
  /** A file that a command would write is there already. */
  | "CLI_OUTPUT_EXISTS"
  /** A file or folder for a command's output cannot be written. */
  | "CLI_OUTPUT_UNWRITABLE"
  /** There is no browser to draw PNG files with. */
  | "CLI_BROWSER_MISSING"
  /** The browser drew no PNG file. */
  | "CLI_BROWSER_FAILED"
  /** The folder for an experiment's results holds some already. */
  | "CLI_RESULTS_EXIST"
  /** A folder of results holds those of another experiment, or something that this version did not write. */
  | "CLI_RESULTS_FOREIGN"
  /** This version of Node is too old. */
  | "CLI_DOCTOR_NODE"
  /** The machine's clock cannot be right. */
  | "CLI_DOCTOR_CLOCK"
  /** There is no state directory, or no key in it. */
  | "CLI_DOCTOR_KEY"
  /** The state directory or the key is another user's, or cannot be written. */
  | "CLI_DOCTOR_STATE"
  /** The disk has too little room for the run. */
  | "CLI_DOCTOR_DISK"
  /** The machine, or the control group, has too little memory for the run. */
  | "CLI_DOCTOR_MEMORY"
  /** The compute backend computes wrong. */
  | "CLI_DOCTOR_BACKEND"
  /** The certificate of the status server has expired. */
  | "CLI_DOCTOR_CERTIFICATE"
  /** An address that the node must listen on is in use or not available. */
  | "CLI_DOCTOR_PORT"
  /** No other member can be reached, or find this node. */
  | "CLI_DOCTOR_NO_PEERS"
  /** An address of a member leads to somebody else. */
  | "CLI_DOCTOR_STRANGER"
  /** This process may not open as many files as it needs. */
  | "CLI_MACHINE_FILES"
  /** This process may not address as much memory as WebAssembly needs. */
  | "CLI_MACHINE_MEMORY"
  /** The demo's daemons ended with different models, which must not happen. */
  | "CLI_MODELS_DIFFER";
