import {stat} from "node:fs/promises";
import {CodedError} from "../core/index.ts";
import type {ConfigErrorCode} from "./errors.ts";
import {readTextFile} from "./text-file.ts";

const OTHERS = 0o077;
/** All permissions except the owner's and reading by the group. */
const BEYOND_GROUP_READING = 0o037;
const ROOT = 0;

/**
 * Tells whether strangers cannot read a secret's file: it is open to its owner alone, or it belongs to root
 * and one group may read it, as systemd and Kubernetes hand secrets to a service that is not root.
 */
export function isGuarded({mode, uid}: {readonly mode: number; readonly uid: number}): boolean {
  return (mode & OTHERS) === 0 || (uid === ROOT && (mode & BEYOND_GROUP_READING) === 0);
}

/**
 * Reads the text of a secret's file, which must be {@link isGuarded}.
 * @throws CONFIG_UNREADABLE, CONFIG_SECRET_UNSAFE
 */
export async function readSecret(path: string): Promise<string> {
  const text = await readTextFile(path);
  if (isGuarded(await stat(path))) return text;
  const code: ConfigErrorCode = "CONFIG_SECRET_UNSAFE";
  throw new CodedError(code, `${path} is open to other people than its owner`, {
    data: {path},
    hint: `Run: chmod 600 ${path}`,
  });
}
