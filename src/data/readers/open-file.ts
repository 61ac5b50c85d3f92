import {constants} from "node:fs";
import {type FileHandle, open} from "node:fs/promises";
import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";
import type {TileFileAddress} from "./tile-file.ts";

/** A file open for reading. */
export interface OpenedFile {
  /** Owned by the caller. */
  readonly handle: FileHandle;
  readonly sizeBytes: number;
}

const RIGHTS = "Give the user that runs this command the right to read it, and to enter its folders.";

/** The fault and its remedy, by the system's own code. */
const FAULTS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  EACCES: ["this user may not read it (EACCES)", RIGHTS],
  EPERM: ["this user may not read it (EPERM)", RIGHTS],
  EISDIR: ["is a folder, not a file", "Name the file itself."],
  ELOOP: ["its symbolic links lead in a circle (ELOOP)", "Put the file itself there."],
  ENAMETOOLONG: ["its name is longer than the file system allows", "Shorten the name."],
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "an unknown fault";

function unreadable(name: string, code: string): CodedError<DataErrorCode> {
  const [what, hint] = FAULTS[code] ?? [`cannot be read (${code})`, "Check the disk and its connection."];
  return new CodedError("DATA_FILE_UNREADABLE", `${name}: ${what}`, {hint});
}

/**
 * Opens a plain file for reading; refuses any other, such as a folder or a pipe, without waiting for it.
 * @param absent the error of a file that is not there
 * @throws {CodedError} DATA_FILE_UNREADABLE, or `absent`
 */
export async function openFile(
  {path, name}: TileFileAddress,
  absent: () => CodedError<DataErrorCode>,
): Promise<OpenedFile> {
  // Without O_NONBLOCK, opening a pipe waits for a writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    const code = codeOf(error);
    // The system's error quotes the path, which may name a patient, so it is no cause here.
    throw code === "ENOENT" || code === "ENOTDIR" ? absent() : unreadable(name, code);
  });
  const found = await handle.stat();
  if (found.isFile()) return {handle, sizeBytes: found.size};
  await handle.close();
  if (found.isDirectory()) throw unreadable(name, "EISDIR");
  throw new CodedError<DataErrorCode>("DATA_FILE_UNREADABLE", `${name}: is not a plain file`, {
    hint: "Put the file itself there.",
  });
}
