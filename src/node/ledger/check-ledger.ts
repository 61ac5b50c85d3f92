import {publicKeyOf, verifyText} from "../../consortium/index.ts";
import {sha256} from "../../core/index.ts";
import {type LedgerPrimitives, LogCheck, type LogCheckOptions, type SoundLog} from "../../ledger/index.ts";
import type {StoredLedger} from "../../storage/index.ts";

/** The hashing and verifying of ledgers. */
export const ledgerPrimitives: LedgerPrimitives = {hash: sha256, publicKeyOf, verify: verifyText};

/** The extent of a check of a stored ledger, and its listeners. */
export interface LedgerQuestion extends Omit<LogCheckOptions, "primitives"> {
  /** Days (UTC) before this one are left unread, except the newest; absent: none. */
  readonly fromDay?: string;
  /** Takes each record of the segment of this name before it is verified. */
  onRecord?(record: Uint8Array, name: string): void;
}

/** A stored ledger that is sound. */
export interface CheckedLedger {
  /** Null if there is no ledger yet. */
  readonly log: SoundLog | null;
  /** Names of the segments that were read, the oldest first. */
  readonly names: readonly string[];
  /** The newest signed head, as it is kept apart; null before the first. */
  readonly head: string | null;
  /** Length of the torn end of the newest segment, which the next start cuts off. */
  readonly tornBytes: number;
  /** The check, which can be held against an earlier head. */
  readonly check: LogCheck;
}

/** The day in the name of a segment. */
export function dayOfSegment(name: string): string {
  return name.slice(-10);
}

/**
 * Reads and verifies a stored ledger.
 * @throws {CodedError} LEDGER_* that names the first bad entry; STORAGE_UNREADABLE
 */
export async function checkStoredLedger(
  stored: StoredLedger,
  {fromDay = "", onRecord, ...options}: LedgerQuestion,
): Promise<CheckedLedger> {
  const check = new LogCheck({...options, primitives: ledgerPrimitives});
  // Before the segments: a daemon that writes meanwhile makes them longer than the head says, never shorter.
  const head = await stored.head();
  const all = await stored.names();
  const first = all.findIndex((name) => dayOfSegment(name) >= fromDay);
  const names = all.slice(first < 0 ? -1 : first);
  let tornBytes = 0;
  for (const name of names) {
    const found = await stored.read(name);
    for (const record of found.records) {
      onRecord?.(record, name);
      check.add(record);
    }
    if (found.isDamaged) check.damaged(dayOfSegment(name));
    tornBytes = found.tornBytes;
  }
  return {log: check.end(head), names, head, tornBytes, check};
}
