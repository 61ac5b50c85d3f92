import {dirname, join} from "node:path";
import {CodedError, runningSha256, toHex} from "../../core/index.ts";
import {reading, systemCode, writing} from "../files/file-faults.ts";
import {type FileSystem, type HeldFile, nodeFileSystem} from "../files/file-system.ts";
import {OWNER_ONLY} from "../files/write-durably.ts";
import {readFormat} from "../format.ts";
import {contentsOf} from "./contents.ts";
import {holdRun} from "./hold-run.ts";
import {type BackupFile, encodeMessage} from "./messages.ts";
import {COST_BITS, seal} from "./sealed-stream.ts";

/** A summary of the contents of a backup. */
export interface BackupSummary {
  readonly runs: number;
  readonly models: number;
  readonly bytes: number;
}

/** The file system of a backup or a restoration, and the cost of its passphrase; for tests. */
export interface BackupMeans {
  readonly files?: FileSystem;
  /** log2 of scrypt's N. */
  readonly costBits?: number;
}

/** The {@link BackupSummary} of a manifest. */
export function backupSummary(manifest: readonly BackupFile[]): BackupSummary {
  return {
    runs: manifest.filter(({path}) => path.endsWith("/journal")).length,
    models: manifest.filter(({path}) => path.includes("/models/")).length,
    bytes: manifest.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
  };
}

/** The messages of one file; adds the file to `manifest`. */
async function* fileMessages(
  path: string,
  file: HeldFile,
  manifest: BackupFile[],
): AsyncGenerator<Uint8Array> {
  yield encodeMessage({kind: "file", path});
  const hash = runningSha256();
  let sizeBytes = 0;
  for await (const bytes of file.parts()) {
    hash.update(bytes);
    sizeBytes += bytes.length;
    yield encodeMessage({kind: "part", bytes});
  }
  manifest.push({path, sizeBytes, sha256: toHex(hash.digest())});
}

/** The messages of a backup of `directory`; adds the files to `manifest`. */
async function* messagesOf(
  files: FileSystem,
  directory: string,
  manifest: BackupFile[],
): AsyncGenerator<Uint8Array> {
  const {top, runs} = await contentsOf(files, directory);
  for (const path of top) {
    const file = await reading(path, () => files.hold(join(directory, path)));
    if (file === undefined) continue;
    try {
      yield* fileMessages(path, file, manifest);
    } finally {
      await file.close();
    }
  }
  for (const run of runs) {
    const held = await holdRun(files, directory, run);
    try {
      for (const [path, file] of held.files) yield* fileMessages(path, file, manifest);
    } finally {
      await held.close();
    }
  }
  yield encodeMessage({kind: "end", files: manifest});
}

async function createTarget(files: FileSystem, target: string): ReturnType<FileSystem["create"]> {
  return writing(target, async () => {
    try {
      return await files.create(target, OWNER_ONLY);
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") {
        throw new CodedError("STORAGE_UNWRITABLE", `cannot write the backup ${target} (${code})`, {
          data: {path: target, systemCode: code},
          hint: "Name a file in a folder that is there, and that this user may write to.",
          cause: error,
        });
      }
      if (code !== "EEXIST") throw error;
      throw new CodedError("STORAGE_BACKUP_EXISTS", `${target} is there already`, {
        data: {path: target},
        hint: "It is not overwritten: name another file.",
      });
    }
  });
}

async function writeTarget(
  files: FileSystem,
  target: string,
  parts: AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await createTarget(files, target);
  try {
    for await (const part of parts) await writing(target, () => file.write(part));
    await writing(target, () => file.sync());
  } catch (error) {
    await file.close().catch(() => {});
    await files.remove(target).catch(() => {});
    throw error;
  }
  await file.close();
  await writing(target, () => files.syncDirectory(dirname(target)));
}

/**
 * Writes a backup of the state directory to the new file `target`, mode 0600: everything that a node must not
 * forget, under the passphrase. A daemon may be running on the directory and is not disturbed: the backup
 * holds the state that a crash at one moment would have left. It is durable when this resolves. A crash
 * before then may leave a file without its end, which no restoration accepts.
 * @throws STORAGE_STATE_MISSING, STORAGE_VERSION, STORAGE_BACKUP_EXISTS, STORAGE_BACKUP_RESTLESS,
 *   STORAGE_FULL, STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function backupState(
  directory: string,
  target: string,
  passphrase: string,
  {files = nodeFileSystem, costBits = COST_BITS}: BackupMeans = {},
): Promise<BackupSummary> {
  if ((await reading(directory, () => files.permissions(directory))) === undefined) {
    throw new CodedError("STORAGE_STATE_MISSING", `there is no state directory ${directory}`, {
      data: {path: directory},
      hint: "Check `state` in node.yaml.",
    });
  }
  await readFormat(files, directory);
  const manifest: BackupFile[] = [];
  const plain = messagesOf(files, directory, manifest);
  await writeTarget(files, target, seal(plain, passphrase, costBits));
  return backupSummary(manifest);
}
