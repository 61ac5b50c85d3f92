import {CodedError, isCoded} from "../../core/index.ts";
import {
  createFaultBook,
  type LocatedTask,
  patientsWithSharedRows,
  readSite,
  refuseFaults,
  type SealedSplit,
  type SiteTable,
  splitSite,
} from "../../data/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {contentLines, leakageLines, noteLines, patientLines} from "./lines.ts";

const LEAST_TRAIN_PATIENTS = 2;

/** A summary of a site's data, in counts coarse enough to be passed on. */
export interface ExaminedData {
  /** The part of each patient; counts here are exact and for this machine only. */
  readonly split: SealedSplit;
  /** Lines for people. */
  readonly lines: readonly string[];
}

/** Faults that follow from rows that other faults left out. */
const CONSEQUENCES = ["DATA_NO_ROW_LEFT", "DATA_SPLIT_FILE_INVALID"];

/** Receives faults and progress while data are read. */
export interface Listener {
  /** Takes the line of each of several faults. */
  readonly tell: (line: string) => void;
  /** Takes the number of the `total` files that have been read. */
  readonly progress: (done: number, total: number) => void;
}

const UNHEARD: Listener = {tell: () => undefined, progress: () => undefined};

/** Reads all of a site's data, even if there are faults. @throws DATA_* once, after the last fault */
async function readAll(
  located: LocatedTask,
  site: string,
  variables: Readonly<Record<string, string | undefined>>,
  {tell, progress}: Listener,
): Promise<{readonly table: SiteTable; readonly notes: readonly string[]}> {
  const book = createFaultBook();
  const notes: string[] = [];
  const findings = {
    fault: book.fault,
    tell: (level: string, text: string) => void notes.push(`${level}: ${text}`),
    progress,
  };
  try {
    const table = await readSite({...located, site, variables, findings});
    refuseFaults(book, site, tell);
    return {table, notes};
  } catch (error) {
    const isCounted = isCoded(error, "DATA_FAULTS") || error === book.first();
    if (!isCoded(error) || isCounted) throw error;
    if (book.count() === 0 || !CONSEQUENCES.includes(error.code)) book.fault(error);
    refuseFaults(book, site, tell);
    throw error;
  }
}

/** Reads a site's data as its daemon will, and summarises them. @throws DATA_* */
export async function examineData(
  located: LocatedTask,
  site: string,
  variables: Readonly<Record<string, string | undefined>>,
  listener: Listener = UNHEARD,
): Promise<ExaminedData> {
  const {task} = located;
  const {table, notes} = await readAll(located, site, variables, listener);
  // The seed decides which patients are in which part, but not their number: parts are drawn class by class.
  const split = splitSite(table, task, 0);
  const lines = [
    ...contentLines(task, table),
    ...patientLines(split),
    ...leakageLines(task, patientsWithSharedRows(table)),
    ...notes,
    ...noteLines(task, table, split),
  ];
  return {split, lines};
}

/** Refuses data that leave too little to train on. @throws CLI_TOO_FEW_PATIENTS */
export function requirePatients({train}: SealedSplit, site: string): void {
  if (train.patients >= LEAST_TRAIN_PATIENTS) return;
  const code: CliErrorCode = "CLI_TOO_FEW_PATIENTS";
  throw new CodedError(code, `${site} has fewer than ${LEAST_TRAIN_PATIENTS} train patients`, {
    hint: "Add patients, or take part as an evaluator.",
  });
}
