import {CodedError} from "../../core/index.ts";
import type {DataErrorCode} from "../errors.ts";

/** The error to throw for a failure to write a generated file; `path` goes into its data alone. */
export function unwritable(path: string, cause: unknown): CodedError<DataErrorCode> {
  return new CodedError<DataErrorCode>("DATA_FILE_UNWRITABLE", "a generated data file cannot be written", {
    hint: "Check that this user may write to its folder and that the disk has room.",
    data: {path},
    cause,
  });
}
