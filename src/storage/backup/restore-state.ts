import {randomBytes} from "node:crypto";
import {basename, dirname, join} from "node:path";
import {CodedError, runningSha256, toHex} from "../../core/index.ts";
import {reading, systemCode, writing} from "../files/file-faults.ts";
import {type FileSystem, nodeFileSystem, type OpenFile} from "../files/file-system.ts";
import {makeDirectoryDurably, OWNER_ONLY} from "../files/write-durably.ts";
import {FORMAT_FILE, readFormat} from "../format.ts";
import {writeRestored} from "../restored-mark.ts";
import {type BackupMeans, type BackupSummary, backupSummary} from "./backup-state.ts";
import {isKept} from "./contents.ts";
import {type BackupFile, readMessages} from "./messages.ts";
import {damaged, unseal} from "./sealed-stream.ts";

const STAGING = ".restoring-";

async function requireRoom(files: FileSystem, directory: string): Promise<void> {
  const names = await reading(directory, () => files.list(directory));
  if (names.length === 0) return;
  throw new CodedError("STORAGE_STATE_EXISTS", `the state directory ${directory} is not empty`, {
    data: {path: directory},
    hint: "A restoration overwrites nothing: move the directory away, or name another under `state` in node.yaml.",
  });
}

/** Removes the remains of interrupted restorations beside `directory`. */
async function sweepStaging(files: FileSystem, directory: string): Promise<void> {
  const parent = dirname(directory);
  for (const name of await reading(parent, () => files.list(parent))) {
    if (!name.startsWith(`${basename(directory)}${STAGING}`)) continue;
    await writing(parent, () => files.removeTree(join(parent, name)));
  }
}

async function* sourceParts(files: FileSystem, source: string): AsyncGenerator<Uint8Array> {
  try {
    yield* files.readParts(source);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined || error instanceof CodedError) throw error;
    throw new CodedError("STORAGE_BACKUP_MISSING", `cannot read the backup ${source} (${code})`, {
      data: {path: source, systemCode: code},
      hint: "Check the path, and that this user may read it.",
      cause: error,
    });
  }
}

/** Writes the files of a backup below a separate folder. */
class Staging {
  readonly #files: FileSystem;
  readonly #root: string;
  #open: OpenFile | null = null;
  readonly #written = new Set<string>();

  constructor(files: FileSystem, root: string) {
    this.#files = files;
    this.#root = root;
  }

  get count(): number {
    return this.#written.size;
  }

  async begin(path: string): Promise<void> {
    await this.end();
    if (!isKept(path) || this.#written.has(path))
      throw damaged("it names a file that no backup holds, or twice");
    this.#written.add(path);
    const target = join(this.#root, path);
    await makeDirectoryDurably(this.#files, this.#root, ...path.split("/").slice(0, -1));
    this.#open = await writing(target, () => this.#files.create(target, OWNER_ONLY));
  }

  async add(bytes: Uint8Array): Promise<void> {
    const file = this.#open;
    if (file === null) throw damaged("a part is of no file");
    await writing(this.#root, () => file.write(bytes));
  }

  async end(): Promise<void> {
    const file = this.#open;
    this.#open = null;
    if (file === null) return;
    try {
      await writing(this.#root, () => file.sync());
    } finally {
      await file.close();
    }
  }

  /** Tells whether the file on disk agrees with the manifest. */
  async #isRight({path, sizeBytes, sha256}: BackupFile): Promise<boolean> {
    const hash = runningSha256();
    let size = 0;
    for await (const part of this.#files.readParts(join(this.#root, path))) {
      hash.update(part);
      size += part.length;
    }
    return size === sizeBytes && toHex(hash.digest()) === sha256;
  }

  /** Reads all written files again. @throws STORAGE_BACKUP_CORRUPT */
  async verify(manifest: readonly BackupFile[]): Promise<void> {
    const isAll =
      manifest.length === this.#written.size && manifest.every(({path}) => this.#written.has(path));
    if (!isAll || !this.#written.has(FORMAT_FILE)) throw damaged("its manifest names other files");
    for (const file of manifest) {
      if (!(await this.#isRight(file)))
        throw damaged("a file does not have the hash that its manifest names");
    }
    const folders = new Set(manifest.map(({path}) => dirname(path)));
    for (const folder of folders) {
      const made = join(this.#root, folder);
      await writing(made, () => this.#files.syncDirectory(made));
    }
  }
}

async function fill(staging: Staging, plain: AsyncIterable<Uint8Array>): Promise<readonly BackupFile[]> {
  let manifest: readonly BackupFile[] | null = null;
  try {
    for await (const message of readMessages(plain)) {
      if (manifest !== null) throw damaged("something follows its end");
      if (message.kind === "file") await staging.begin(message.path);
      else if (message.kind === "part") await staging.add(message.bytes);
      else manifest = message.files;
    }
  } finally {
    await staging.end();
  }
  if (manifest === null) throw damaged("its end is missing");
  return manifest;
}

/**
 * Restores the state directory from the backup `source` to a place that is empty: all of it or nothing. Every
 * byte is read, checked and on disk before the directory gets its name. The directory is marked as restored:
 * the node then asks the other members before it takes part in a run.
 * @throws STORAGE_STATE_EXISTS, STORAGE_BACKUP_MISSING, STORAGE_BACKUP_FOREIGN, STORAGE_BACKUP_PASSPHRASE,
 *   STORAGE_BACKUP_CORRUPT, STORAGE_VERSION, STORAGE_FULL, STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function restoreState(
  source: string,
  directory: string,
  passphrase: string,
  {files = nodeFileSystem}: Pick<BackupMeans, "files"> = {},
): Promise<BackupSummary> {
  await requireRoom(files, directory);
  const parent = dirname(directory);
  await writing(parent, () => files.makeDirectory(parent));
  await sweepStaging(files, directory);
  const root = `${directory}${STAGING}${toHex(randomBytes(6))}`;
  await writing(root, () => files.makeDirectory(root));
  try {
    const staging = new Staging(files, root);
    const manifest = await fill(staging, unseal(sourceParts(files, source), passphrase));
    await staging.verify(manifest);
    await readFormat(files, root);
    await writeRestored(files, root, []);
    await writing(directory, async () => {
      await files.rename(root, directory);
      await files.syncDirectory(parent);
    });
    return backupSummary(manifest);
  } catch (error) {
    await files.removeTree(root).catch(() => {});
    throw error;
  }
}
