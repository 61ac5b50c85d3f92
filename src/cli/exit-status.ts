import {isCoded, present} from "../core/index.ts";

/** Meanings of the exit statuses, as `--help` lists them; those from 65 on are from BSD's sysexits.h. */
export const EXIT_STATUSES = {
  0: "done",
  1: "unexpected bug, with its stack",
  2: "wrong usage of the command line",
  3: "done, but a trainer of the roster never contributed to the model",
  65: "bad data or input file",
  66: "input file missing or unreadable",
  69: "port in use, network or daemon unavailable",
  74: "storage failed, such as a full disk",
  77: "permission denied, or unsafe key",
  78: "bad configuration, plan or roster, or foreign contract",
} as const;

/** An exit status of any command; the demo also passes on those of its daemons and of Ctrl-C. */
export type ExitStatus = keyof typeof EXIT_STATUSES;

/**
 * Exit status by the beginning of an error's code; the longest that fits decides. A code that reaches this
 * table only through a bug has status 1.
 */
export const STATUS_OF_CODE: Readonly<Record<string, ExitStatus>> = {
  CLI_USAGE: 2,
  CLI_INPUT_UNREADABLE: 66,
  CLI_INPUT_TOO_LARGE: 65,
  CLI_PLAN_FOREIGN: 78,
  CLI_KEY_MISSING: 66,
  CLI_MEMBER_UNKNOWN: 65,
  CLI_PROPOSAL_UNKNOWN: 65,
  CLI_APPLICANT_NONE: 65,
  CLI_TICKET_TWICE: 65,
  CLI_TOO_FEW_PATIENTS: 65,
  CLI_LEDGER_: 66,
  CLI_STATUS_: 69,
  CLI_STATUS_REFUSED: 77,
  CLI_BROWSER_: 69,
  CLI_DAEMON_: 69,
  CLI_DATA_CHANGED: 65,
  CLI_DOCTOR_: 78,
  CLI_DOCTOR_STATE: 77,
  CLI_DOCTOR_DISK: 74,
  CLI_DOCTOR_PORT: 69,
  CLI_DOCTOR_NO_PEERS: 69,
  CLI_MACHINE_: 78,
  CLI_MODEL: 1,
  CLI_OUTPUT_EXISTS: 65,
  CLI_OUTPUT_UNWRITABLE: 74,
  CLI_RESULTS_: 65,
  CONFIG_: 78,
  CONFIG_UNREADABLE: 66,
  CONFIG_TOKEN_MISSING: 66,
  CONFIG_SECRET_UNSAFE: 77,
  CONSORTIUM_: 78,
  CORE_: 1,
  DATA_: 65,
  DATA_TASK_UNREADABLE: 66,
  DATA_FILE_MISSING: 66,
  DATA_FILE_UNREADABLE: 66,
  DATA_FILE_UNWRITABLE: 74,
  DATA_VARIABLE_UNSET: 78,
  DATA_SITE_UNKNOWN: 78,
  EVALUATION_: 1,
  GOSSIP_: 1,
  GOSSIP_RECORD_DAMAGED: 74,
  GOSSIP_ROBUST_TOO_FEW: 78,
  GOSSIP_TRACE_: 65,
  // A peer's bad frame ends no process; that of a trace ends its replay.
  GOSSIP_FRAME_MALFORMED: 65,
  LEDGER_: 65,
  LINEAGE_: 65,
  MEMBERSHIP_: 65,
  MODEL_: 1,
  MODEL_BACKEND_MISSING: 78,
  MODEL_EMPTY_: 65,
  MODEL_SPEC_INVALID: 78,
  NETWORK_: 69,
  NETWORK_LISTEN_ADDRESS_INVALID: 78,
  NETWORK_BOOTSTRAP_ADDRESS_INVALID: 78,
  NETWORK_PEER_ID_INVALID: 78,
  NETWORK_PEER_UNLISTED: 78,
  NETWORK_IDENTITY_MISMATCH: 78,
  NODE_: 78,
  NODE_TOO_FEW_PATIENTS: 65,
  NODE_DATA_CHANGED: 65,
  NODE_RUN_FORKED: 65,
  NODE_JOURNAL_FOREIGN: 74,
  NODE_TRACE_FOREIGN: 65,
  NODE_STATE_OUTDATED: 74,
  PARAMETERS_: 1,
  PARAMETERS_LAYOUT_FOREIGN: 78,
  PARAMETERS_NOT_FINITE: 78,
  PRIVACY_: 1,
  PRIVACY_NOT_FINITE: 78,
  PRIVACY_NOT_RELEASED: 74,
  SIMULATION_: 78,
  SIMULATION_DIVERGED: 1,
  SIMULATION_NOBODY_TESTED: 65,
  SIMULATION_NO_THREADS: 2,
  SIMULATION_STALLED: 1,
  SIMULATION_SUMMARY_INVALID: 65,
  SIMULATION_TRIAL_INVALID: 65,
  SIMULATION_UNKNOWN_MEMBER: 1,
  STATUS_: 69,
  STATUS_AUTH_REQUIRED: 78,
  STATUS_TLS_INVALID: 78,
  STORAGE_: 74,
  STORAGE_UNWRITABLE: 77,
  STORAGE_UNREADABLE: 77,
  STORAGE_UNSAFE_PERMISSIONS: 77,
  STORAGE_KEY_: 77,
  STORAGE_LOCKED: 69,
  STORAGE_VERSION: 78,
  STORAGE_STATE_MISSING: 66,
  STORAGE_STATE_EXISTS: 65,
  STORAGE_BACKUP_: 65,
  STORAGE_BACKUP_MISSING: 66,
  STORAGE_BACKUP_PASSPHRASE: 77,
  STORAGE_BACKUP_RESTLESS: 69,
  STORAGE_NAME_INVALID: 1,
  TRAINING_: 1,
  TRAINING_DIVERGED: 78,
  TRAINING_WORKER_DIED: 69,
};

/** The key of {@link STATUS_OF_CODE} that decides for `code`, or undefined if none fits. */
export function ruleOf(code: string): string | undefined {
  return Object.keys(STATUS_OF_CODE)
    .filter((prefix) => code.startsWith(prefix))
    .sort((a, b) => b.length - a.length)[0];
}

/** The status with which the process ends after `error`. */
export function exitStatusOf(error: unknown): ExitStatus {
  if (!isCoded(error)) return 1;
  const rule = ruleOf(error.code);
  return rule === undefined ? 1 : present(STATUS_OF_CODE[rule], "the status of a rule");
}

/** The table for `--help`. */
export function exitStatusHelp(): string {
  const rows = Object.entries(EXIT_STATUSES).map(
    ([status, meaning]) => `  ${status.padStart(2)}  ${meaning}`,
  );
  return ["Exit statuses:", ...rows].join("\n");
}
