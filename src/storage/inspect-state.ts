import {join} from "node:path";
import {reading} from "./files/file-faults.ts";
import {type FileSystem, nodeFileSystem} from "./files/file-system.ts";
import {readFormat} from "./format.ts";
import {type Journal, readJournalRecords} from "./journal.ts";
import {readStoredLedger, type StoredLedger} from "./ledger/stored-ledger.ts";
import {type ModelStore, readModelStore} from "./model-store.ts";
import {checkedHexName, RUN_ID_DIGITS} from "./names.ts";
import {readNodeKey} from "./node-key.ts";

/** The stored data of one run, read-only. */
export interface StoredRun {
  readonly journal: Pick<Journal, "entries">;
  readonly models: Pick<ModelStore, "get">;
}

/** A state directory as it is; nothing is made, upgraded or locked. */
export interface InspectedState {
  /** Its nine permission bits; undefined when it is not there. */
  readonly permissions: number | undefined;
  /** True if a daemon or a backup has taken it. */
  readonly isLocked: boolean;
  /** Its format, or null before its first use. @throws STORAGE_VERSION, STORAGE_UNREADABLE */
  readFormat(): Promise<number | null>;
  /** The node key's seed, see {@link readNodeKey}. */
  readNodeKey(): Promise<Uint8Array | undefined>;
  /**
   * Reads the stored data of the run (`runId`: 32 lower-case hexadecimal digits), empty if there is none.
   * Also works while a daemon writes to it.
   * @throws STORAGE_NAME_INVALID, STORAGE_VERSION, STORAGE_JOURNAL_CORRUPT, STORAGE_UNREADABLE
   */
  readRun(runId: string): Promise<StoredRun>;
  /** Gives the ledger, empty if there is none. Also works while a daemon writes to it. @throws STORAGE_* */
  readLedger(): Promise<StoredLedger>;
}

/**
 * Looks at the state directory at `path`, even if another process has taken it.
 * @throws STORAGE_UNREADABLE
 */
export async function inspectState(
  path: string,
  files: FileSystem = nodeFileSystem,
): Promise<InspectedState> {
  const permissions = await reading(path, () => files.permissions(path));
  return {
    permissions,
    isLocked: permissions !== undefined && (await reading(path, () => files.isLocked(path))),
    readFormat: () => readFormat(files, path),
    readNodeKey: () => readNodeKey(files, join(path, "node.key")),
    async readLedger() {
      await readFormat(files, path);
      return readStoredLedger(files, path);
    },
    async readRun(runId) {
      await readFormat(files, path);
      const directory = join(path, "runs", checkedHexName(runId, RUN_ID_DIGITS));
      const records = await readJournalRecords(files, join(directory, "journal"));
      return {
        journal: {entries: () => [...records]},
        models: readModelStore(files, join(directory, "models")),
      };
    },
  };
}
