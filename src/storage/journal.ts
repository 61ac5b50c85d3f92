import {concat, equals} from "uint8arrays";
import {type Closable, CodedError} from "../core/index.ts";
import {reading, writing} from "./files/file-faults.ts";
import type {FileSystem, OpenFile} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";
import {decodeFrames, encodeJournalFrame, JOURNAL_MAGIC, type JournalContents} from "./journal-frames.ts";

/**
 * An append-only file of records that survive a crash. A record is there, whole, once its `append` has
 * resolved; after an earlier crash it is either there or not. After a failed write every further write fails
 * in the same way until the journal is opened again: nothing may follow a write of unknown fate.
 */
export interface Journal extends Closable {
  /** The records that were there at opening, in the order in which they were written; not to be changed. */
  entries(): Uint8Array[];
  /**
   * Adds `record` (which must not change until this resolves); resolves when it is durable. Records appended
   * meanwhile share one write and one sync.
   * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
   */
  append(record: Uint8Array): Promise<void>;
  /**
   * Replaces all records, those of earlier appends included, with `keep`, atomically.
   * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
   */
  compact(keep: readonly Uint8Array[]): Promise<void>;
}

interface Opened {
  readonly records: Uint8Array[];
  readonly sizeBytes: number;
}

function isJournal(bytes: Uint8Array): boolean {
  return equals(bytes.subarray(0, JOURNAL_MAGIC.length), JOURNAL_MAGIC);
}

function contentsOf(path: string, bytes: Uint8Array): JournalContents {
  const contents = isJournal(bytes) ? decodeFrames(bytes) : {records: [], soundBytes: 0, isDamaged: true};
  if (!contents.isDamaged) return contents;
  const offset = contents.soundBytes;
  throw new CodedError("STORAGE_JOURNAL_CORRUPT", `the journal ${path} is damaged at byte ${offset}`, {
    data: {path, offset},
    hint: "Check the disk and restore the state directory from a backup, or join again with a new one.",
  });
}

/**
 * Reads the records of the journal at `path`, even while another process writes to it; none if there is no
 * journal.
 * @throws {CodedError} STORAGE_JOURNAL_CORRUPT, STORAGE_UNREADABLE
 */
export async function readJournalRecords(files: FileSystem, path: string): Promise<Uint8Array[]> {
  const bytes = await reading(path, () => files.read(path));
  return bytes === undefined ? [] : contentsOf(path, bytes).records;
}

/** The records of a journal up to the first that is damaged. */
export interface JournalRecords {
  readonly records: readonly Uint8Array[];
  /** Length of the torn end of an interrupted write; 0 if there is none. */
  readonly tornBytes: number;
  /** True if something stands after the damage, which is then more than a torn end. */
  readonly isDamaged: boolean;
}

/** Reads a journal as far as it is sound; without a file it is damaged. @throws STORAGE_UNREADABLE */
export async function readSoundRecords(files: FileSystem, path: string): Promise<JournalRecords> {
  const bytes = await reading(path, () => files.read(path));
  if (bytes === undefined || !isJournal(bytes)) return {records: [], tornBytes: 0, isDamaged: true};
  const {records, soundBytes, isDamaged} = decodeFrames(bytes);
  return {records, tornBytes: isDamaged ? 0 : bytes.length - soundBytes, isDamaged};
}

/**
 * Makes a journal at `path` that holds `records` from the beginning, atomically; replaces what is there.
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function writeNewJournal(
  files: FileSystem,
  path: string,
  records: readonly Uint8Array[],
): Promise<number> {
  const bytes = concat([JOURNAL_MAGIC, encodeJournalFrame(JOURNAL_MAGIC.length, records)]);
  await writeDurably(files, path, bytes);
  return bytes.length;
}

async function readJournal(files: FileSystem, path: string): Promise<Opened> {
  const bytes = await reading(path, () => files.read(path));
  if (bytes === undefined) {
    await writeDurably(files, path, JOURNAL_MAGIC);
    return {records: [], sizeBytes: JOURNAL_MAGIC.length};
  }
  const contents = contentsOf(path, bytes);
  if (contents.soundBytes < bytes.length) {
    await writing(path, () => files.truncate(path, contents.soundBytes));
  }
  return {records: contents.records, sizeBytes: contents.soundBytes};
}

/** Creates a queue that runs one thing after the other; after a failure, each rejects with that failure. */
function createQueue(): <Result>(action: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = last.then(action);
    last = result;
    result.catch(() => {});
    return result;
  };
}

/**
 * Opens the journal at `path`, or makes it if there is none; cuts off the torn end of an interrupted write.
 * The directory must be locked by this process.
 * @throws {CodedError} STORAGE_JOURNAL_CORRUPT, STORAGE_UNREADABLE, STORAGE_FULL, STORAGE_UNWRITABLE
 */
export async function openJournal(files: FileSystem, path: string): Promise<Journal> {
  const opened = await readJournal(files, path);
  let sizeBytes = opened.sizeBytes;
  let file: OpenFile = await writing(path, () => files.append(path));
  // The cut of a torn end must also be durable before anything is written after it.
  await writing(path, () => file.sync());
  const enqueue = createQueue();
  let openBatch: Uint8Array[] | undefined;
  let batchWritten: Promise<void> = Promise.resolve();

  const write = async (batch: readonly Uint8Array[]): Promise<void> => {
    const frame = encodeJournalFrame(sizeBytes, batch);
    await file.write(frame);
    await file.sync();
    sizeBytes += frame.length;
  };
  const rewrite = async (keep: readonly Uint8Array[]): Promise<void> => {
    const written = await writeNewJournal(files, path, keep);
    const replaced = file;
    file = await files.append(path);
    sizeBytes = written;
    await replaced.close();
  };
  return {
    entries: () => [...opened.records],
    append(record) {
      if (openBatch === undefined) {
        const batch: Uint8Array[] = [];
        openBatch = batch;
        batchWritten = enqueue(() => {
          if (openBatch === batch) openBatch = undefined;
          return writing(path, () => write(batch));
        });
      }
      openBatch.push(record);
      return batchWritten;
    },
    compact(keep) {
      // Records appended from here on come after the compaction, so they must not join a batch before it.
      openBatch = undefined;
      return enqueue(() => writing(path, () => rewrite(keep)));
    },
    async close() {
      await enqueue(async () => {}).catch(() => {});
      await file.close();
    },
  };
}
