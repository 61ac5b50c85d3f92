import {stringify} from "yaml";
import {readTask, taskIdentity} from "../../data/index.ts";
import {defineCommand} from "../command.ts";
import {examineData, requirePatients} from "../data-check/examine-data.ts";

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
    const {split, lines: found} = await examineData(located, site, process.env);
    const lines = [
      `task          ${task.name}: ${task.title}${task.synthetic ? " (synthetic)" : ""}`,
      ...found,
      "contract, as a plan for this task has it:",
      stringify({task: taskIdentity(task)}, {lineWidth: LINE_WIDTH}).trimEnd(),
    ];
    console.log(lines.join("\n"));
    requirePatients(split, site);
    return 0;
  },
});
