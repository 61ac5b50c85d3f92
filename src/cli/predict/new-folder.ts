import {mkdir, readdir, stat} from "node:fs/promises";
import {resolve} from "node:path";
import {usageError} from "../command.ts";
import {makeParents, writingOutput} from "../output-file.ts";

/**
 * Makes the folder of `--out`, or takes an empty one.
 * @returns its absolute path
 * @throws CLI_USAGE, CLI_OUTPUT_UNWRITABLE
 */
export async function newFolder(path: string): Promise<string> {
  const folder = resolve(path);
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === false) throw usageError(`--out: ${path} is a file`, "Name a new folder.");
  await makeParents(folder);
  const names = await writingOutput(folder, async () => {
    if (found === undefined) await mkdir(folder, {mode: 0o700});
    return readdir(folder);
  });
  if (names.length === 0) return folder;
  throw usageError(`--out: ${path} is not empty`, "Name a new folder: nothing is written over.");
}
