/** Codes of the errors of this room. */
export type LedgerErrorCode =
  /** An entry is missing, unreadable, changed, or not in the place where it was signed. */
  | "LEDGER_ENTRY_BAD"
  /** The signed head knows of entries that are not there. */
  | "LEDGER_TRUNCATED"
  /** A signed head is malformed, or its signature does not hold. */
  | "LEDGER_HEAD_BAD"
  /** The ledger was written with the key of another node. */
  | "LEDGER_FOREIGN"
  /** The ledger is no continuation of the one that an earlier bundle shows. */
  | "LEDGER_FORKED"
  /** A file is no bundle of a ledger. */
  | "LEDGER_BUNDLE_INVALID"
  /** A hash of entries that were dropped long ago would be needed for a proof. */
  | "LEDGER_PROOF_UNAVAILABLE";
