import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";

/**
 * The error to throw for an `error` from opening or reading a file: DATA_FILE_MISSING or DATA_FILE_UNREADABLE
 * if the system refused, else `error` itself.
 */
export function fileError(
  error: unknown,
  {path, name}: {readonly path: string; readonly name: string},
): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof CodedError) return error;
  if (error.code === "ENOENT" || error.code === "ENOTDIR") {
    return new CodedError<DataErrorCode>("DATA_FILE_MISSING", `${name}: no such file (${path})`, {
      hint: "Check root and file in the task.",
    });
  }
  return new CodedError<DataErrorCode>(
    "DATA_FILE_UNREADABLE",
    `${name}: cannot be read (${String(error.code)})`,
    {
      hint: `Check that ${path} is a file that this user may read.`,
      cause: error,
    },
  );
}
