import {copyFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {type LocatedTask, readTask, writeSyntheticCrc} from "../../data/index.ts";
import {prepareFolder, writingOutput} from "../output-file.ts";

/** A task file and its content. */
export interface TaskAt extends LocatedTask {
  /** Absolute path. */
  readonly taskFile: string;
}

/**
 * Returns the task with its files in place. If a task's files are generated, they are made in `folder`,
 * beside a copy of the task file; the folder is made too. Any other task is returned unchanged.
 * @param folder absolute path
 * @throws CLI_OUTPUT_UNWRITABLE, DATA_FILE_UNWRITABLE
 */
export async function withFiles(source: TaskAt, folder: string): Promise<TaskAt> {
  const {task, taskFile} = source;
  if (task.kind !== "slides" || task.generated === undefined) return source;
  await prepareFolder(folder);
  const copy = join(folder, basename(taskFile));
  await writingOutput(copy, () => copyFile(taskFile, copy));
  await writeSyntheticCrc(folder, task.generated.seed);
  return {taskFile: copy, ...(await readTask(copy))};
}
