import {join, resolve} from "node:path";
import {findPreset} from "../../config/index.ts";
import {at} from "../../core/index.ts";
import {readTask} from "../../data/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {withFiles} from "../demo/generated-task.ts";
import {print} from "../printable.ts";

const DEFAULT_PRESET = "synthetic-crc";

/** `consilium data generate`. */
export const generateCommand = defineCommand({
  command: "generate <folder>",
  describe: "write invented data and its task file, to try everything on",
  positionals: {folder: "where to; made if it is not there"},
  options: {
    preset: {type: "string", describe: `whose data to invent (default ${DEFAULT_PRESET})`},
  },
  async handler({preset = DEFAULT_PRESET}, {folder}) {
    const {taskFile} = await findPreset(preset);
    const source = {taskFile, ...(await readTask(taskFile))};
    if (source.task.kind !== "slides" || source.task.generated === undefined) {
      throw usageError(
        `--preset: the data of ${preset} are not generated`,
        `Such as --preset ${DEFAULT_PRESET}.`,
      );
    }
    const {taskFile: written, task} = await withFiles(source, resolve(folder));
    const site = at(Object.keys(task.sites), 0);
    print(`${task.title}: SYNTHETIC data of ${Object.keys(task.sites).join(", ")} below ${folder}`);
    print(
      `Next: consilium data check --task ${join(folder, written.slice(resolve(folder).length + 1))} --site ${site}`,
    );
    return 0;
  },
});
