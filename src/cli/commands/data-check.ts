import {stringify} from "yaml";
import {CodedError} from "../../core/index.ts";
import {patientsWithSharedRows, readSite, readTask, splitSite, taskIdentity} from "../../data/index.ts";
import {defineCommand} from "../command.ts";
import type {CliErrorCode} from "../errors.ts";
import {contentLines, leakageLines, noteLines, patientLines} from "./data-check-lines.ts";

const LEAST_TRAIN_PATIENTS = 2;
const LINE_WIDTH = 110;

/** `consilium data check`. */
export const checkCommand = defineCommand({
  command: "check",
  describe: "read this site's data as the daemon will, and say what is in it",
  options: {
    task: {type: "string", demandOption: true, describe: "the task file"},
    site: {type: "string", demandOption: true, describe: "this site's name in the task file"},
  },
  async handler({task: path, site}) {
    const located = await readTask(path);
    const {task} = located;
    const table = await readSite({...located, site, variables: process.env});
    // The seed decides who is in which part, not how many are: parts are drawn class by class.
    const split = splitSite(table, task, 0);
    const lines = [
      `task          ${task.name}: ${task.title}${task.synthetic ? " (synthetic)" : ""}`,
      ...contentLines(task, table),
      ...patientLines(split),
      ...leakageLines(task, patientsWithSharedRows(table)),
      ...noteLines(task, table, split),
      "contract, as a plan for this task has it:",
      stringify({task: taskIdentity(task)}, {lineWidth: LINE_WIDTH}).trimEnd(),
    ];
    console.log(lines.join("\n"));
    if (split.train.patients >= LEAST_TRAIN_PATIENTS) return 0;
    const code: CliErrorCode = "CLI_TOO_FEW_PATIENTS";
    throw new CodedError(code, `${site} has fewer than ${LEAST_TRAIN_PATIENTS} train patients`, {
      hint: "Add patients, or take part as an evaluator.",
    });
  },
});
