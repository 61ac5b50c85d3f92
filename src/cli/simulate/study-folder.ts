import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import type {Experiment} from "../../config/index.ts";
import {CodedError} from "../../core/index.ts";
import {
  isTrialOf,
  parseTrial,
  type StudyResults,
  studyFiles,
  type TrialResult,
} from "../../simulation/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {writeWhole} from "../output-file.ts";

const CONFIG_FILE = "config.resolved.json";
const TRIALS = "trials";
/** Scores of single patients are the researcher's own. */
const PRIVATE_MODE = 0o600;

/** The folder of one experiment's results; every file in it is whole at any time, and none is there before a trial has ended. */
export interface StudyFolder {
  /** Trials that an earlier command left. */
  readonly earlier: readonly TrialResult[];
  keep(trial: TrialResult): Promise<void>;
  /** Writes all results so far, in place of those before. @returns paths of the pictures among them */
  write(results: StudyResults): Promise<readonly string[]>;
}

function refuse(code: CliErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/** What `read` gives, or `absent` where its file or folder is not there. */
async function ifThere<Result>(read: Promise<Result>, absent: Result): Promise<Result> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return absent;
    throw error;
  }
}

/** The trials in a folder, and the number that the next one is named by: above all that are there. */
async function trialsIn(
  folder: string,
  experiment: Experiment,
): Promise<{readonly earlier: readonly TrialResult[]; readonly next: number}> {
  const names = (await ifThere(readdir(folder), [])).filter((name) => /^\d+\.json$/.test(name)).sort();
  const earlier: TrialResult[] = [];
  for (const name of names) {
    const file = join(folder, name);
    const trial = parseTrial(await readFile(file, "utf8"), file);
    if (!isTrialOf(experiment, trial))
      refuse(
        "CLI_RESULTS_FOREIGN",
        `${file} is a trial of another experiment`,
        "Remove it from this folder.",
      );
    earlier.push(trial);
  }
  return {earlier, next: names.reduce((most, name) => Math.max(most, Number.parseInt(name, 10) + 1), 0)};
}

/**
 * Opens a folder for an experiment's results. With `resumes` an earlier, interrupted run of the very same experiment
 * goes on there; without it the folder must hold no results.
 * @throws CLI_RESULTS_EXIST, CLI_RESULTS_FOREIGN, SIMULATION_TRIAL_INVALID
 */
export async function openStudyFolder(
  folder: string,
  experiment: Experiment,
  resumes: boolean,
): Promise<StudyFolder> {
  const config = `${JSON.stringify(experiment, null, 2)}\n`;
  const before = await ifThere(readFile(join(folder, CONFIG_FILE), "utf8"), null);
  if (before !== null && !resumes) {
    refuse(
      "CLI_RESULTS_EXIST",
      `${folder} holds results`,
      "Go on with --resume, or name another folder with --out.",
    );
  }
  if (before !== null && before !== config) {
    refuse(
      "CLI_RESULTS_FOREIGN",
      `${folder} holds results of another experiment`,
      "Name another folder with --out.",
    );
  }
  const none = {earlier: [], next: 0};
  const {earlier, next} = resumes ? await trialsIn(join(folder, TRIALS), experiment) : none;
  let number = next;
  return {
    earlier,
    async keep(trial) {
      const name = `${String(number++).padStart(4, "0")}.json`;
      await writeWhole(join(folder, CONFIG_FILE), config);
      await writeWhole(join(folder, TRIALS, name), JSON.stringify(trial), PRIVATE_MODE);
    },
    async write(results) {
      const files = studyFiles(results);
      for (const [name, content] of files) await writeWhole(join(folder, name), content);
      return [...files.keys()].filter((name) => name.endsWith(".svg")).map((name) => join(folder, name));
    },
  };
}
