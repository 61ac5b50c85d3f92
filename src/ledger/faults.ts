import {CodedError} from "../core/index.ts";
import type {LedgerErrorCode} from "./errors.ts";

/** One sentence for all faults after which a ledger proves nothing from the named entry on. */
const HINT = "Keep the files as they are, and compare them with a bundle that was exported before.";

function placed(
  code: LedgerErrorCode,
  message: string,
  seq: number,
  day: string | null,
): CodedError<LedgerErrorCode> {
  return new CodedError(code, message, {data: {seq, day}, hint: HINT});
}

function placeOf(seq: number, day: string | null): string {
  return day === null ? `entry ${seq}` : `entry ${seq} of ${day}`;
}

/** The fault of an entry; `seq` counts from 0, `day` is that of its segment, null if it has none. */
export function badEntry(seq: number, day: string | null, what: string): CodedError<LedgerErrorCode> {
  return placed("LEDGER_ENTRY_BAD", `${placeOf(seq, day)} ${what}`, seq, day);
}

/** The fault of a signed head over the entries up to `seq`. */
export function badHead(seq: number, day: string | null, what: string): CodedError<LedgerErrorCode> {
  return placed("LEDGER_HEAD_BAD", `${placeOf(seq, day)}: ${what}`, seq, day);
}

/** The fault of a log that ends at `seq`, though a signed head is over `size` entries. */
export function truncated(seq: number, day: string | null, size: number): CodedError<LedgerErrorCode> {
  const message = `${placeOf(seq, day)} is missing: the signed head is over ${size} entries`;
  return placed("LEDGER_TRUNCATED", message, seq, day);
}

/** The fault of a log that another node wrote. */
export function foreign(found: string, expected: string): CodedError<LedgerErrorCode> {
  return new CodedError<LedgerErrorCode>(
    "LEDGER_FOREIGN",
    `the ledger was written by the node ${found}, not by ${expected}`,
    {
      data: {found, expected},
      hint: "Restore the node's key, or give the node a new state directory; keep the ledger for audits.",
    },
  );
}

/** The fault of a log that does not go on from an earlier head. */
export function forked(what: string): CodedError<LedgerErrorCode> {
  const message = `the ledger does not go on from the earlier bundle: ${what}`;
  return new CodedError<LedgerErrorCode>("LEDGER_FORKED", message, {hint: HINT});
}
