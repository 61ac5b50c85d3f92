import {stringify} from "yaml";
import {readTask, taskIdentity} from "../../data/index.ts";
import {defineCommand} from "../command.ts";
import {examineData, requirePatients} from "../data-check/examine-data.ts";
import {writeControl} from "../output-guard.ts";
import {print, printNote} from "../printable.ts";

const LINE_WIDTH = 110;

/** Files between two lines of progress. */
const FILES_PER_LINE = 1000;

/** Shows on standard error how many of the files have been read, over and over on one line of a terminal. */
function showProgress(done: number, total: number): void {
  const isLast = done === total;
  if (total < FILES_PER_LINE) return;
  if (process.stderr.isTTY) writeControl(process.stderr, `\r${done} of ${total} files${isLast ? "\n" : ""}`);
  else if (isLast || done % FILES_PER_LINE === 0) printNote(`${done} of ${total} files`);
}

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
    const {split, lines: found} = await examineData(located, site, process.env, {
      tell: (line) => printNote(line),
      progress: showProgress,
    });
    const lines = [
      `task          ${task.name}: ${task.title}${task.synthetic ? " (synthetic)" : ""}`,
      ...found,
      "contract, as a plan for this task has it:",
      stringify({task: taskIdentity(task)}, {lineWidth: LINE_WIDTH}).trimEnd(),
    ];
    print(lines.join("\n"));
    requirePatients(split, site);
    return 0;
  },
});
