import {join} from "node:path";
import {type Closable, createCloseStack} from "../core/index.ts";
import {type CachedAddresses, type KnownAddresses, readAddresses, writeAddresses} from "./address-cache.ts";
import {reading, writing} from "./files/file-faults.ts";
import {type FileSystem, nodeFileSystem} from "./files/file-system.ts";
import {makeDirectoryDurably, sweepTemporaries, writeDurably} from "./files/write-durably.ts";
import {MIGRATIONS, upgradeFormat} from "./format.ts";
import {type Journal, openJournal} from "./journal.ts";
import {type LedgerFiles, openLedgerFiles} from "./ledger/ledger-files.ts";
import type {Migration} from "./migration.ts";
import {type ModelHash, type ModelStore, openModelStore} from "./model-store.ts";
import {checkedHexName, RUN_ID_DIGITS} from "./names.ts";
import {checkKeyPermissions, createNodeKey, readNodeKey} from "./node-key.ts";
import {readRestored, writeRestored} from "./restored-mark.ts";
import {type HistoryPoint, type KeptHistory, readHistory, writeHistory} from "./run-history.ts";
import {ensureStatusToken, statusTokenFile} from "./status-token.ts";
import {openTraceFiles, type TraceFiles} from "./trace-files.ts";

/** The stored data of one run; closing it ends its journal. */
export interface RunStorage extends Closable {
  readonly journal: Journal;
  readonly models: ModelStore;
  /** See {@link readHistory}. */
  readHistory(): Promise<KeptHistory>;
  /** See {@link writeHistory}. */
  writeHistory(points: readonly HistoryPoint[]): Promise<void>;
  /**
   * Opens the flight recorder's files, which are closed with the run.
   * @param onFault called once, when nothing more can be kept
   */
  openTrace(onFault: (error: unknown) => void): Promise<TraceFiles>;
  /** Reads the bytes that {@link writeResult} last wrote; undefined before. @throws STORAGE_UNREADABLE */
  readResult(): Promise<Uint8Array | undefined>;
  /** Replaces the stored result of the run, atomically. @throws STORAGE_FULL, STORAGE_UNWRITABLE */
  writeResult(bytes: Uint8Array): Promise<void>;
}

/**
 * A node's state on disk, held by this process alone until closed: `formatVersion`, `node.key`,
 * `model-signing.key` (drawn by the first export of a model),
 * `status.token`, `addresses.json`, `restored.json`, `ledger/head`, `ledger/<number>-<day>`, `runs/<runId>/journal`,
 * `runs/<runId>/models/<hash>`, `runs/<runId>/history.json`, `runs/<runId>/result.json`,
 * `runs/<runId>/traces/trace-<number>.cbor`.
 */
export interface StateDirectory extends Closable {
  readonly path: string;
  /** The older format that it had before it was opened; null if it was not upgraded. */
  readonly upgradedFrom: number | null;
  /** Reads the node key's seed, see {@link readNodeKey}. */
  readNodeKey(): Promise<Uint8Array | undefined>;
  /** Makes a new node key and returns its seed, see {@link createNodeKey}. */
  createNodeKey(): Promise<Uint8Array>;
  /** See {@link ensureStatusToken}. */
  ensureStatusToken(): Promise<boolean>;
  /** See {@link readAddresses}. */
  readAddresses(): Promise<CachedAddresses>;
  /** See {@link writeAddresses}. */
  writeAddresses(addresses: KnownAddresses): Promise<void>;
  /** Opens the ledger, once per process; it is closed with the directory at the latest. */
  openLedger(): Promise<LedgerFiles>;
  /**
   * Tells whether it was restored from a backup and the members have not vouched for the run since.
   * @throws STORAGE_UNREADABLE
   */
  isUnvouched(runId: string): Promise<boolean>;
  /** Records that the members know nothing about the run that this node has forgotten. @throws STORAGE_* */
  vouchFor(runId: string): Promise<void>;
  /**
   * Opens the stored data of the run (`runId`: 32 lower-case hexadecimal digits), once per process; it is
   * closed with the directory at the latest.
   * @throws {CodedError} STORAGE_NAME_INVALID and the errors of {@link openJournal} and
   *   {@link openModelStore}
   */
  openRun(runId: string, hashOf?: ModelHash): Promise<RunStorage>;
}

async function prepare(
  files: FileSystem,
  directory: string,
  migrations: readonly Migration[],
): Promise<number | null> {
  await sweepTemporaries(files, directory);
  const upgradedFrom = await upgradeFormat(files, directory, migrations);
  for (const name of await reading(directory, () => files.list(directory))) {
    if (name.endsWith(".key")) await checkKeyPermissions(files, join(directory, name));
  }
  return upgradedFrom;
}

async function openRunStorage(
  files: FileSystem,
  root: string,
  runId: string,
  hashOf?: ModelHash,
): Promise<RunStorage> {
  const name = checkedHexName(runId, RUN_ID_DIGITS);
  const directory = await makeDirectoryDurably(files, root, "runs", name);
  const modelDirectory = await makeDirectoryDurably(files, directory, "models");
  await sweepTemporaries(files, directory);
  const models = await openModelStore(files, modelDirectory, hashOf);
  const journal = await openJournal(files, join(directory, "journal"));
  const historyPath = join(directory, "history.json");
  const resultPath = join(directory, "result.json");
  const stack = createCloseStack();
  stack.add(journal);
  return {
    journal,
    models,
    readHistory: () => readHistory(files, historyPath),
    writeHistory: (points) => writeHistory(files, historyPath, points),
    async openTrace(onFault) {
      const traces = await makeDirectoryDurably(files, directory, "traces");
      return stack.add(openTraceFiles(files, traces, onFault));
    },
    readResult: () => reading(resultPath, () => files.read(resultPath)),
    writeResult: (bytes) => writeDurably(files, resultPath, bytes),
    close: () => stack.close(),
  };
}

/**
 * Opens the state directory at `path` (absolute) and takes it for this process; makes it with mode 0700 if it
 * is missing. A second daemon is refused, and a killed one leaves nothing that could refuse the next. A
 * directory of an older format is upgraded first.
 * @throws {CodedError} STORAGE_LOCKED, STORAGE_VERSION, STORAGE_UNSAFE_PERMISSIONS, STORAGE_FULL,
 *   STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function openStateDirectory(
  path: string,
  files: FileSystem = nodeFileSystem,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<StateDirectory> {
  const stack = createCloseStack();
  let upgradedFrom: number | null = null;
  try {
    await writing(path, () => files.makeDirectory(path));
    stack.add(await writing(path, () => files.lock(path)));
    upgradedFrom = await prepare(files, path, migrations);
  } catch (error) {
    await stack.close();
    throw error;
  }
  const keyPath = join(path, "node.key");
  const addressPath = join(path, "addresses.json");
  return {
    path,
    upgradedFrom,
    readNodeKey: () => readNodeKey(files, keyPath),
    createNodeKey: () => createNodeKey(files, keyPath),
    ensureStatusToken: () => ensureStatusToken(files, statusTokenFile(path)),
    readAddresses: () => readAddresses(files, addressPath),
    writeAddresses: (addresses) => writeAddresses(files, addressPath, addresses),
    openLedger: async () => stack.add(await openLedgerFiles(files, path)),
    async isUnvouched(runId) {
      const vouched = await readRestored(files, path);
      return vouched !== null && !vouched.includes(runId);
    },
    vouchFor: async (runId) =>
      writeRestored(files, path, [...((await readRestored(files, path)) ?? []), runId]),
    openRun: async (runId, hashOf) => stack.add(await openRunStorage(files, path, runId, hashOf)),
    close: () => stack.close(),
  };
}
