import {CodedError} from "../../core/index.ts";
import {
  type LocatedTask,
  patientsWithSharedRows,
  readSite,
  type SealedSplit,
  splitSite,
} from "../../data/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {contentLines, leakageLines, noteLines, patientLines} from "./lines.ts";

const LEAST_TRAIN_PATIENTS = 2;

/** What was found in a site's data, in counts wide enough to be passed on. */
export interface ExaminedData {
  /** The part of each patient; counts here are exact and for this machine only. */
  readonly split: SealedSplit;
  /** Lines for people. */
  readonly lines: readonly string[];
}

/** Reads a site's data as its daemon will, and says what is in it. @throws DATA_* */
export async function examineData(
  located: LocatedTask,
  site: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<ExaminedData> {
  const {task} = located;
  const table = await readSite({...located, site, variables});
  // The seed decides who is in which part, not how many are: parts are drawn class by class.
  const split = splitSite(table, task, 0);
  const lines = [
    ...contentLines(task, table),
    ...patientLines(split),
    ...leakageLines(task, patientsWithSharedRows(table)),
    ...noteLines(task, table, split),
  ];
  return {split, lines};
}

/** Refuses data of which too little is to train on. @throws CLI_TOO_FEW_PATIENTS */
export function requirePatients({train}: SealedSplit, site: string): void {
  if (train.patients >= LEAST_TRAIN_PATIENTS) return;
  const code: CliErrorCode = "CLI_TOO_FEW_PATIENTS";
  throw new CodedError(code, `${site} has fewer than ${LEAST_TRAIN_PATIENTS} train patients`, {
    hint: "Add patients, or take part as an evaluator.",
  });
}
