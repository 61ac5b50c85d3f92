import {join} from "node:path";
import {type Closable, CodedError, createCloseStack} from "../../core/index.ts";
import {reading} from "../files/file-faults.ts";
import type {FileSystem, HeldFile} from "../files/file-system.ts";
import {isKept} from "./contents.ts";

/** Even rounds of a few milliseconds leave the models alone for long enough within this many tries. */
const TRIES = 200;

/** The files of a run at one moment, by their paths in the state directory; closing releases them. */
export interface HeldRun extends Closable {
  readonly files: ReadonlyMap<string, HeldFile>;
}

/** Holds the run once; returns null if a daemon changed its models meanwhile. */
async function tryToHold(files: FileSystem, directory: string, run: string): Promise<HeldRun | null> {
  const stack = createCloseStack();
  const held = new Map<string, HeldFile>();
  const hold = async (path: string): Promise<boolean> => {
    const file = await reading(path, () => files.hold(join(directory, path)));
    if (file === undefined) return false;
    held.set(path, stack.add(file));
    return true;
  };
  const folder = `runs/${run}/models`;
  const models = async (): Promise<readonly string[]> => {
    const names = await reading(folder, () => files.list(join(directory, folder)));
    return names.map((name) => `${folder}/${name}`).filter(isKept);
  };
  const holdAll = async (): Promise<boolean> => {
    const before = await models();
    for (const path of before) if (!(await hold(path))) return false;
    // The directory of a run that has just begun has no journal yet, and nothing that must not be forgotten.
    await hold(`runs/${run}/journal`);
    await hold(`runs/${run}/history.json`);
    const after = await models();
    return after.length === before.length && after.every((path, index) => path === before[index]);
  };
  try {
    if (await holdAll()) return {files: held, close: () => stack.close()};
  } catch (error) {
    await stack.close();
    throw error;
  }
  await stack.close();
  return null;
}

/**
 * Takes a run's journal and models as they were at one moment, even while a daemon writes them. The daemon
 * puts a model on disk before the record that names it, and removes none before another is there. If the
 * models' names are the same before and after the journal was opened, every model that its records name was
 * therefore there, as after a crash at that moment.
 * @throws STORAGE_BACKUP_RESTLESS, STORAGE_UNREADABLE
 */
export async function holdRun(files: FileSystem, directory: string, run: string): Promise<HeldRun> {
  for (let tries = 0; tries < TRIES; tries++) {
    const held = await tryToHold(files, directory, run);
    if (held !== null) return held;
  }
  throw new CodedError(
    "STORAGE_BACKUP_RESTLESS",
    `the daemon wrote models without a pause, in ${TRIES} tries`,
    {
      hint: "Try again, or stop the daemon for the backup.",
    },
  );
}
