import {nodeFileSystem} from "../../src/storage/files/file-system.ts";
import type {FileSystem, OpenFile} from "../../src/storage/index.ts";
import {PowerCut} from "./crash-file-system.ts";

/** The machine's own file system, of which a chosen changing operation fails. */
export interface FailingFileSystem extends FileSystem {
  /** How many changing operations there were. */
  operations(): number;
}

/** What fails: everything from operation `at` (1 is the first) on, as when the process is killed, or that one alone. */
export interface Failure {
  readonly at: number;
  /** The operating system's code of the one that fails; absent: the process is killed. */
  readonly code?: string;
}

/** A {@link FailingFileSystem}; without `failure` it only counts. */
export function failingFileSystem(failure: Failure = {at: Number.POSITIVE_INFINITY}): FailingFileSystem {
  let count = 0;
  const enter = (): void => {
    count += 1;
    if (failure.code === undefined && count >= failure.at) throw new PowerCut();
    if (count === failure.at) throw Object.assign(new Error(failure.code), {code: failure.code});
  };
  const counted =
    <Arguments extends unknown[], Result>(act: (...given: Arguments) => Promise<Result>) =>
    async (...given: Arguments): Promise<Result> => {
      enter();
      return act(...given);
    };
  const opened = (file: OpenFile): OpenFile => ({
    write: counted((bytes) => file.write(bytes)),
    sync: counted(() => file.sync()),
    close: () => file.close(),
  });
  return {
    ...nodeFileSystem,
    operations: () => count,
    makeDirectory: counted((path) => nodeFileSystem.makeDirectory(path)),
    create: counted(async (path, mode) => opened(await nodeFileSystem.create(path, mode))),
    rename: counted((from, to) => nodeFileSystem.rename(from, to)),
    remove: counted((path) => nodeFileSystem.remove(path)),
    removeTree: counted((path) => nodeFileSystem.removeTree(path)),
    syncDirectory: counted((path) => nodeFileSystem.syncDirectory(path)),
  };
}
