import {fromString} from "uint8arrays";
import {type Closable, present} from "../../core/index.ts";
import {writing} from "../files/file-faults.ts";
import type {FileSystem} from "../files/file-system.ts";
import {makeDirectoryDurably, sweepTemporaries, writeDurably} from "../files/write-durably.ts";
import {type Journal, openJournal, writeNewJournal} from "../journal.ts";
import {type CarriedCount, readCarried, removeCarried} from "./carried-counts.ts";
import {
  headFile,
  LEDGER_FOLDER,
  readStoredLedger,
  type StoredLedger,
  segmentFile,
  segmentName,
} from "./stored-ledger.ts";

/**
 * The ledger of a state directory that this process holds, for reading and appending. Records that are given
 * together are on disk together or not at all, and once a write resolves they are there.
 */
export interface LedgerFiles extends StoredLedger, Closable {
  /**
   * Opens a segment to go on with it, and cuts off the torn end of an interrupted write. The newest one only.
   * @throws STORAGE_JOURNAL_CORRUPT, STORAGE_UNREADABLE, STORAGE_FULL, STORAGE_UNWRITABLE
   */
  resume(name: string): Promise<void>;
  /**
   * Begins a segment with its first records; what is appended from here on goes into it.
   * @param firstSeq number of its first entry
   * @throws STORAGE_FULL, STORAGE_UNWRITABLE
   */
  begin(firstSeq: number, day: string, records: readonly Uint8Array[]): Promise<void>;
  /** Appends records to the open segment. @throws STORAGE_FULL, STORAGE_UNWRITABLE */
  append(records: readonly Uint8Array[]): Promise<void>;
  /** Replaces the signed head that is kept apart, atomically. @throws STORAGE_FULL, STORAGE_UNWRITABLE */
  writeHead(note: string): Promise<void>;
  /** Removes a segment; the oldest one only, so that no gap can come. @throws STORAGE_UNWRITABLE */
  drop(name: string): Promise<void>;
  /** Reads the counts of an older version, which wait to become entries; none if there are none. */
  readCarried(): Promise<readonly CarriedCount[]>;
  /** Removes them. @throws STORAGE_UNWRITABLE */
  removeCarried(): Promise<void>;
}

/** Opens the ledger in the state directory `root`. @throws STORAGE_FULL, STORAGE_UNWRITABLE */
export async function openLedgerFiles(files: FileSystem, root: string): Promise<LedgerFiles> {
  const folder = await makeDirectoryDurably(files, root, LEDGER_FOLDER);
  await sweepTemporaries(files, folder);
  let segment: Journal | null = null;
  const open = async (name: string): Promise<void> => {
    await segment?.close();
    segment = await openJournal(files, segmentFile(root, name));
  };
  return {
    ...readStoredLedger(files, root),
    resume: open,
    async begin(firstSeq, day, records) {
      const name = segmentName(firstSeq, day);
      await writeNewJournal(files, segmentFile(root, name), records);
      await open(name);
    },
    async append(records) {
      // Appended at once, they share one write.
      const opened = present(segment, "the open segment of a ledger");
      await Promise.all(records.map((record) => opened.append(record)));
    },
    writeHead: (note) => writeDurably(files, headFile(root), fromString(note)),
    drop: (name) =>
      writing(folder, async () => {
        await files.remove(segmentFile(root, name));
        await files.syncDirectory(folder);
      }),
    readCarried: () => readCarried(files, root),
    removeCarried: () => removeCarried(files, root),
    close: async () => segment?.close(),
  };
}
