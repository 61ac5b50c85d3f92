import {present, sha256} from "../../core/index.ts";
import {
  type Bundle,
  type Checkpoint,
  consistencyProof,
  LogCheck,
  type LogCheckOptions,
  openCheckpoint,
  type SoundLog,
} from "../../ledger/index.ts";
import type {StoredLedger} from "../../storage/index.ts";
import {checkStoredLedger, dayOfSegment, type LedgerQuestion, ledgerPrimitives} from "./check-ledger.ts";

/** A bundle that is sound. */
export interface CheckedBundle {
  readonly log: SoundLog;
  /** The head that the bundle shows, over its entries and any after them. */
  readonly head: Checkpoint;
}

/**
 * Verifies a bundle.
 * @throws {CodedError} LEDGER_* that names the first bad entry
 */
export function checkBundle(
  {head, proof, records}: Bundle,
  options: Omit<LogCheckOptions, "primitives"> = {},
): CheckedBundle {
  const check = new LogCheck({...options, primitives: ledgerPrimitives});
  for (const record of records) check.add(record);
  const log = present(check.end(head, proof), "the log below a head");
  return {log, head: present(openCheckpoint(ledgerPrimitives, head), "a head that was verified")};
}

/**
 * Makes a bundle of a stored ledger, after verifying it: all of it, or the segments of one day (UTC) with the
 * proof that they belong to the newest head.
 * @returns null if there is no ledger, or nothing of that day
 * @throws {CodedError} LEDGER_* that names the first bad entry; STORAGE_UNREADABLE
 */
export async function exportBundle(
  stored: StoredLedger,
  options: Pick<LedgerQuestion, "writer"> & {readonly day?: string},
): Promise<Bundle | null> {
  const {day, ...question} = options;
  const segments = new Map<string, {readonly records: Uint8Array[]; size: number}>();
  const leaves: Uint8Array[] = [];
  let current = {records: [] as Uint8Array[], size: 0};
  const {log} = await checkStoredLedger(stored, {
    ...question,
    onRecord(record, name) {
      current = segments.get(name) ?? {records: [], size: 0};
      current.records.push(record);
      segments.set(name, current);
    },
    onEntry({leaf, seq}) {
      leaves.push(leaf);
      current.size = seq + 1;
    },
  });
  const names = [...segments.keys()];
  const isWanted = (name: string): boolean => day === undefined || dayOfSegment(name) === day;
  const wanted = names.slice(names.findIndex(isWanted), names.findLastIndex(isWanted) + 1);
  const chosen = wanted.map((name) => present(segments.get(name), "a segment that was read"));
  const last = chosen.at(-1);
  if (log === null || last === undefined) return null;
  const range = {before: log.before, leaves};
  return {
    head: present(log.checkpoint, "the head of a log with entries"),
    proof: consistencyProof(sha256, range, last.size, log.frontier.size),
    records: chosen.flatMap(({records}) => records),
  };
}
