import {randomBytes} from "node:crypto";
import {constants} from "node:fs";
import {
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join, parse, resolve} from "node:path";
import {CodedError} from "../core/index.ts";
import {usageError} from "./command.ts";
import type {CliErrorCode} from "./errors.ts";

const SHARED_MODE = 0o644;
const PRIVATE_MODE = 0o600;

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
}

function unwritable(
  path: string,
  cause: unknown,
  reason: string = reasonOf(cause),
): CodedError<CliErrorCode> {
  return new CodedError("CLI_OUTPUT_UNWRITABLE", `cannot write ${path} (${reason})`, {
    hint: "Give this user write access to the folder, and room on its disk.",
    data: {path, reason},
    cause,
  });
}

/** Makes a folder whose parent is there. @throws CLI_OUTPUT_UNWRITABLE */
async function makeOne(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    if (!(await isFolder(path))) throw unwritable(path, cause);
  }
}

/**
 * Makes the missing folders above `path`, one after the other. Node's own way never ends if a file system
 * such as /proc reports an existing parent as missing. A folder in the root itself is not made: most likely
 * the path is mistyped, or its disk is not mounted.
 * @throws CLI_OUTPUT_UNWRITABLE
 */
export async function makeParents(path: string): Promise<void> {
  const parent = dirname(path);
  if (await isFolder(parent)) return;
  const above = dirname(parent);
  if (above === parse(parent).root && !(await isThere(parent))) {
    throw new CodedError<CliErrorCode>(
      "CLI_OUTPUT_UNWRITABLE",
      `cannot write ${path} (there is no folder ${parent})`,
      {
        hint: `Check the path and that its disk is mounted, or make ${parent} first.`,
        data: {path, reason: "ENOENT"},
      },
    );
  }
  if (above !== parent) await makeParents(parent);
  await makeOne(parent);
}

/** Makes the folder and its missing parents, as {@link makeParents}. @throws CLI_OUTPUT_UNWRITABLE */
async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  await makeParents(path);
  await makeOne(path);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Opens a new file beside `path` with an unpredictable name; never follows or writes an existing one. */
async function openDraft(path: string): Promise<{readonly draft: string; readonly file: FileHandle}> {
  const draft = `${path}.${randomBytes(8).toString("hex")}.part`;
  const {O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY} = constants;
  return {draft, file: await open(draft, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, PRIVATE_MODE)};
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Makes the folder for output that is written at the end of a long run. @throws CLI_OUTPUT_UNWRITABLE */
export async function prepareFolder(path: string): Promise<void> {
  await makeFolder(path);
  // Permissions alone do not tell: nothing can be made in /proc, whose owner has all permissions.
  await writingOutput(path, async () => rmdir(await mkdtemp(join(path, ".part-"))));
}

/**
 * Makes the folder of a file that will be written at the end of a long run, and tries to write there.
 * @throws CLI_OUTPUT_UNWRITABLE
 */
export async function prepareFile(path: string): Promise<void> {
  if (await isFolder(path)) throw unwritable(path, undefined, "EISDIR");
  await makeParents(path);
  if (await isDevice(path)) return;
  await writingOutput(path, async () => {
    const {draft, file} = await openDraft(path);
    await file.close();
    await rm(draft);
  });
}

/** Makes a folder for temporary files, below TMPDIR. @throws CLI_OUTPUT_UNWRITABLE */
export async function makeTemporary(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix));
  } catch (cause) {
    throw unwritable(tmpdir(), cause);
  }
}

/**
 * Runs `action`, which makes folders and files at `path` or below it, and returns its result.
 * @throws CLI_OUTPUT_UNWRITABLE for errors of the file system, and any other error of `action`
 */
export async function writingOutput<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof Error && "syscall" in error ? unwritable(path, error) : error;
  }
}

/** Tells whether something other than a file is there, such as /dev/stdout, which no file may replace. */
async function isDevice(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isFile(),
    () => false,
  );
}

/**
 * Replaces a file by one that is whole at any time; makes its folders.
 * @throws CLI_OUTPUT_UNWRITABLE
 */
export async function writeWhole(path: string, content: string, mode = SHARED_MODE): Promise<void> {
  await makeParents(path);
  await writingOutput(path, async () => {
    if (await isDevice(path)) {
      await writeFile(path, content);
      return;
    }
    const {draft, file} = await openDraft(path);
    try {
      await file.writeFile(content);
      await file.chmod(mode);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, {force: true});
      throw error;
    } finally {
      await file.close();
    }
  });
}

/**
 * Writes a file that must not exist yet; makes its folders.
 * @throws CLI_OUTPUT_EXISTS, CLI_OUTPUT_UNWRITABLE
 */
export async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  await makeParents(path);
  try {
    await writeFile(path, content, {flag: "wx"});
  } catch (cause) {
    if (reasonOf(cause) !== "EEXIST") throw unwritable(path, cause);
    throw new CodedError<CliErrorCode>("CLI_OUTPUT_EXISTS", `${path} is there already`, {
      hint: "Move it away, or go to another folder.",
      cause,
    });
  }
}

/**
 * Makes the folder of `--out`, or takes an empty one.
 * @returns its absolute path
 * @throws CLI_USAGE, CLI_OUTPUT_UNWRITABLE
 */
export async function newFolder(path: string): Promise<string> {
  const folder = resolve(path);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === false) throw usageError(`--out: ${path} is a file`, "Name a new folder.");
  await makeParents(folder);
  const names = await writingOutput(folder, async () => {
    if (found === undefined) await mkdir(folder, {mode: 0o700});
    return readdir(folder);
  });
  if (names.length === 0) return folder;
  throw usageError(`--out: ${path} is not empty`, "Name a new folder: nothing is written over.");
}
