import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import type {Experiment} from "../../config/index.ts";
import {CodedError, formatBytes} from "../../core/index.ts";
import {readBounded} from "../../data/index.ts";
import {studyFiles} from "../../report/index.ts";
import {
  isTrialOf,
  parseTrial,
  type StudyResults,
  type TrialResult,
  trialTooLarge,
} from "../../study/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {prepareFolder, writeWhole, writingOutput} from "../output-file.ts";

const CONFIG_FILE = "config.resolved.json";
const TRIALS = "trials";
/** Scores of single patients are the researcher's own. */
const PRIVATE_MODE = 0o600;

/**
 * The folder of one experiment's results. Every file in it is whole at any time, and no file is there before
 * a trial has ended.
 */
export interface StudyFolder {
  /**
   * The trials that an earlier command left; none without `--resume`.
   * @param mostBytes a larger file is refused
   * @throws CLI_RESULTS_FOREIGN, SIMULATION_TRIAL_INVALID
   */
  earlier(mostBytes: number): Promise<readonly TrialResult[]>;
  keep(trial: TrialResult): Promise<void>;
  /** Replaces the results with all so far. @returns paths of the pictures among them */
  write(results: StudyResults): Promise<readonly string[]>;
}

function refuse(code: CliErrorCode, message: string, hint: string): never {
  throw new CodedError(code, message, {hint});
}

/** The result of `read`, or `absent` if its file or folder does not exist. */
async function ifThere<Result>(read: Promise<Result>, absent: Result): Promise<Result> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return absent;
    throw error;
  }
}

/** Names of the trials in a folder, in the order in which they were run. */
async function trialNames(folder: string): Promise<readonly string[]> {
  return (await ifThere(readdir(folder), [])).filter((name) => /^\d+\.json$/.test(name)).sort();
}

async function readTrial(file: string, experiment: Experiment, mostBytes: number): Promise<TrialResult> {
  const bytes = await readBounded(file, mostBytes);
  if (bytes === null) throw trialTooLarge(file, formatBytes(mostBytes));
  const trial = parseTrial(new TextDecoder().decode(bytes), file);
  if (isTrialOf(experiment, trial)) return trial;
  refuse("CLI_RESULTS_FOREIGN", `${file} is a trial of another experiment`, "Remove it from this folder.");
}

/**
 * Opens a folder for an experiment's results. With `resumes` an earlier, interrupted run of the very same
 * experiment goes on there; without it the folder must hold no results.
 * @throws CLI_OUTPUT_UNWRITABLE, CLI_RESULTS_EXIST, CLI_RESULTS_FOREIGN
 */
export async function openStudyFolder(
  folder: string,
  experiment: Experiment,
  resumes: boolean,
): Promise<StudyFolder> {
  const config = `${JSON.stringify(experiment, null, 2)}\n`;
  const settings = join(folder, CONFIG_FILE);
  const before = await writingOutput(folder, () => ifThere(readFile(settings, "utf8"), null));
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
  await prepareFolder(folder);
  const names = resumes ? await trialNames(join(folder, TRIALS)) : [];
  // Above all existing numbers: if a trial was removed, no other may be overwritten.
  let number = names.reduce((most, name) => Math.max(most, Number.parseInt(name, 10) + 1), 0);
  return {
    async earlier(mostBytes) {
      const trials: TrialResult[] = [];
      for (const name of names)
        trials.push(await readTrial(join(folder, TRIALS, name), experiment, mostBytes));
      return trials;
    },
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
