import {constants} from "node:fs";
import {type FileHandle, open} from "node:fs/promises";
import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";

/** Bytes requested at a time. */
const PIECE = 2 ** 16;

async function piecesOf(file: FileHandle, most: number): Promise<readonly Uint8Array[] | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const {bytesRead} = await file.read(piece, 0, PIECE);
    if (bytesRead === 0) return pieces;
    size += bytesRead;
    if (size > most) return null;
    pieces.push(piece.subarray(0, bytesRead));
  }
}

/** The reason why a file cannot be read, and its remedy, for an `error` from opening or reading it. */
export function readingFault(error: unknown): {readonly reason: string; readonly hint: string} {
  if (error instanceof CodedError) return {reason: "not a plain file", hint: "Put the file itself there."};
  const reason = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
  const hint = reason === "ENOENT" ? "Check the path." : "Give the user that runs this read access to it.";
  return {reason, hint};
}

/**
 * Opens a file for reading without waiting: opening a pipe would otherwise wait for a writer.
 * @param name its name in messages
 * @throws the system's error, as of `open`; {CodedError} DATA_FILE_UNREADABLE for a pipe or a socket
 */
export async function openUnwaiting(path: string, name: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await file.stat();
  if (!found.isFIFO() && !found.isSocket()) return file;
  await file.close();
  throw new CodedError<DataErrorCode>("DATA_FILE_UNREADABLE", `${name}: is not a plain file`, {
    hint: "Put the file itself there.",
  });
}

/**
 * Reads the bytes of the file at `path`, or null if there are more than `most`. It reads no more than that,
 * whatever size the file states, so a device ends too.
 * @param name its name in messages
 * @throws the errors of {@link openUnwaiting}
 */
export async function readBounded(path: string, most: number, name = path): Promise<Uint8Array | null> {
  const file = await openUnwaiting(path, name);
  try {
    const pieces = await piecesOf(file, most);
    return pieces === null ? null : Uint8Array.from(Buffer.concat(pieces));
  } finally {
    await file.close();
  }
}
