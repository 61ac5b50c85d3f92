import {stat} from "node:fs/promises";
import {CodedError} from "../core/index.ts";
import type {ConfigErrorCode} from "./errors.ts";

const OTHERS = 0o077;
/** All but what its owner may do, and a group's reading. */
const BEYOND_GROUP_READING = 0o037;
const ROOT = 0;

/**
 * Whether a secret's file is closed to strangers: to all but its owner, or root's own and read by one group, as systemd
 * and Kubernetes hand secrets to a service that is not root.
 */
export function isGuarded({mode, uid}: {readonly mode: number; readonly uid: number}): boolean {
  return (mode & OTHERS) === 0 || (uid === ROOT && (mode & BEYOND_GROUP_READING) === 0);
}

/** Refuses a secret's file that is not {@link isGuarded}. @throws CONFIG_SECRET_UNSAFE */
export async function requireGuarded(path: string): Promise<void> {
  if (isGuarded(await stat(path))) return;
  const code: ConfigErrorCode = "CONFIG_SECRET_UNSAFE";
  throw new CodedError(code, `${path} is open to other people than its owner`, {
    data: {path},
    hint: `Run: chmod 600 ${path}`,
  });
}
