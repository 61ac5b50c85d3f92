import {CodedError} from "../../core/index.ts";
import type {NodeErrorCode} from "../errors.ts";

/** The refusal of a run's journal. @param fault its fault, without a full stop */
export function foreignJournal(fault: string): CodedError<NodeErrorCode> {
  return new CodedError("NODE_JOURNAL_FOREIGN", `the run's journal cannot be resumed: ${fault}`, {
    hint: "Start the version that wrote it, or restore the state directory from a backup.",
  });
}
