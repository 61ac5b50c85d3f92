import {stat} from "node:fs/promises";
import {CodedError} from "../core/index.ts";
import type {ConfigErrorCode} from "./errors.ts";

const OTHERS = 0o077;

/** Refuses a secret's file that its group or others can read, write or run. @throws CONFIG_SECRET_UNSAFE */
export async function requireOwnerOnly(path: string): Promise<void> {
  const {mode} = await stat(path);
  if ((mode & OTHERS) === 0) return;
  const code: ConfigErrorCode = "CONFIG_SECRET_UNSAFE";
  throw new CodedError(code, `${path} is open to other people than its owner`, {
    data: {path},
    hint: `Run: chmod 600 ${path}`,
  });
}
