import {chmod, mkdir, rename, writeFile} from "node:fs/promises";
import {dirname} from "node:path";
import {CodedError} from "../core/index.ts";
import type {CliErrorCode} from "./errors.ts";

const SHARED_MODE = 0o644;

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
}

function unwritable(path: string, cause: unknown): CodedError<CliErrorCode> {
  const reason = reasonOf(cause);
  return new CodedError("CLI_OUTPUT_UNWRITABLE", `cannot write ${path} (${reason})`, {
    hint: "Give this user write access to the folder, and room on its disk.",
    data: {path, reason},
    cause,
  });
}

/**
 * Writes a file that is whole at any time, in place of the one before; its folders are made.
 * @throws CLI_OUTPUT_UNWRITABLE
 */
export async function writeWhole(path: string, content: string, mode = SHARED_MODE): Promise<void> {
  const draft = `${path}.part`;
  try {
    await mkdir(dirname(path), {recursive: true});
    await writeFile(draft, content, {mode});
    await chmod(draft, mode);
    await rename(draft, path);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Writes a file where none is. @throws CLI_OUTPUT_EXISTS, CLI_OUTPUT_UNWRITABLE */
export async function writeNew(path: string, content: string): Promise<void> {
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
