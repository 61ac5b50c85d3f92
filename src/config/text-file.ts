import {CodedError, decodeText, formatBytes, MAX_YAML_CHARACTERS} from "../core/index.ts";
import {readBounded, readingFault} from "../data/index.ts";
import type {ConfigErrorCode} from "./errors.ts";

async function bytesOf(path: string): Promise<Uint8Array | null> {
  try {
    return await readBounded(path, MAX_YAML_CHARACTERS);
  } catch (cause) {
    const {reason, hint} = readingFault(cause);
    throw new CodedError<ConfigErrorCode>("CONFIG_UNREADABLE", `cannot read ${path} (${reason})`, {
      data: {path, reason},
      hint,
      cause,
    });
  }
}

/**
 * Reads the text of a configuration file.
 * @throws {CodedError} CONFIG_UNREADABLE; `code` if it is no text or too large
 */
export async function readTextFile(path: string, code: ConfigErrorCode = "CONFIG_INVALID"): Promise<string> {
  const bytes = await bytesOf(path);
  if (bytes !== null) return decodeText(bytes, path, code);
  const what = `${path}: is larger than ${formatBytes(MAX_YAML_CHARACTERS)}`;
  throw new CodedError(code, what, {data: {path}, hint: "Check that it is the right file."});
}
