import {randomBytes} from "node:crypto";
import {join} from "node:path";
import {toHex} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {OWNER_ONLY, writeDurably} from "./files/write-durably.ts";

const TOKEN_BYTES = 32;

/** Path of the status server's own token in the state directory at `state`. */
export function statusTokenFile(state: string): string {
  return join(state, "status.token");
}

/**
 * Draws a token and writes it to `path` (mode 0600, 64 hexadecimal digits and a line feed) if there is none.
 * @returns whether it was written
 * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function ensureStatusToken(files: FileSystem, path: string): Promise<boolean> {
  if ((await reading(path, () => files.permissions(path))) !== undefined) return false;
  const token = new TextEncoder().encode(`${toHex(randomBytes(TOKEN_BYTES))}\n`);
  await writeDurably(files, path, token, OWNER_ONLY);
  return true;
}
