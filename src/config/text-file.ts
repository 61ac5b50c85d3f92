import {readFile} from "node:fs/promises";
import {CodedError} from "../core/index.ts";

/**
 * The text of a configuration file.
 * @throws {CodedError} CONFIG_UNREADABLE
 */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    throw new CodedError("CONFIG_UNREADABLE", `cannot read ${path} (${reason})`, {
      data: {path},
      hint: reason === "ENOENT" ? "Check the path." : "Give the daemon's user read access to it.",
      cause,
    });
  }
}
