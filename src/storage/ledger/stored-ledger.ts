import {join} from "node:path";
import {toString} from "uint8arrays";
import {reading} from "../files/file-faults.ts";
import type {FileSystem} from "../files/file-system.ts";
import {type JournalRecords, readSoundRecords} from "../journal.ts";

const SEGMENT = /^[0-9]{16}-[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** The folder of a state directory that holds its ledger. */
export const LEDGER_FOLDER = "ledger";

/** A ledger's files as they are; nothing is changed, and another process may write to them. */
export interface StoredLedger {
  /** The names of the segments, the oldest first; each ends with its day, such as `2026-12-01`. */
  names(): Promise<readonly string[]>;
  /** Reads a segment's records up to the first that is damaged. @throws STORAGE_UNREADABLE */
  read(name: string): Promise<JournalRecords>;
  /** Reads the newest signed head, which is kept apart; null if there is none. @throws STORAGE_UNREADABLE */
  head(): Promise<string | null>;
}

/** The file of a ledger's newest signed head. */
export function headFile(root: string): string {
  return join(root, LEDGER_FOLDER, "head");
}

/** The file of a ledger's segment. */
export function segmentFile(root: string, name: string): string {
  return join(root, LEDGER_FOLDER, name);
}

/** Names a segment by the number of its first entry and its day (UTC), so that names sort by age. */
export function segmentName(firstSeq: number, day: string): string {
  return `${String(firstSeq).padStart(16, "0")}-${day}`;
}

/** The ledger in the state directory `root`, for reading. */
export function readStoredLedger(files: FileSystem, root: string): StoredLedger {
  const folder = join(root, LEDGER_FOLDER);
  return {
    async names() {
      const found = await reading(folder, () => files.list(folder));
      return found.filter((name) => SEGMENT.test(name));
    },
    read: (name) => readSoundRecords(files, segmentFile(root, name)),
    async head() {
      const path = headFile(root);
      const bytes = await reading(path, () => files.read(path));
      return bytes === undefined ? null : toString(bytes);
    },
  };
}
