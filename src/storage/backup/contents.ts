import {join} from "node:path";
import {reading} from "../file-faults.ts";
import type {FileSystem} from "../file-system.ts";
import {FORMAT_FILE} from "../format.ts";

const TOP_FILE = new RegExp(`^(${FORMAT_FILE}|addresses\\.json|releases\\.json|[a-z0-9-]+\\.key)$`);
const RUN_FILE = /^runs\/[0-9a-f]{32}\/(journal|models\/[0-9a-f]{64})$/;

/**
 * Whether a backup holds the file at `path`, relative to the state directory: keys, addresses, counts of releases,
 * journals and models. Whatever else lies there, flight recorders included, is not taken and not put back.
 */
export function isKept(path: string): boolean {
  return TOP_FILE.test(path) || RUN_FILE.test(path);
}

/** The paths of all files that a backup of `directory` holds, in one order. @throws STORAGE_UNREADABLE */
export async function keptFiles(files: FileSystem, directory: string): Promise<readonly string[]> {
  const list = (path: string): Promise<readonly string[]> =>
    reading(path, () => files.list(join(directory, path)));
  const found = [...(await list("."))];
  for (const run of await list("runs")) {
    const journal = `runs/${run}/journal`;
    if (!isKept(journal)) continue;
    found.push(journal);
    for (const model of await list(`runs/${run}/models`)) found.push(`runs/${run}/models/${model}`);
  }
  const kept: string[] = [];
  for (const path of found.filter(isKept)) {
    const isThere = (await reading(path, () => files.permissions(join(directory, path)))) !== undefined;
    if (isThere) kept.push(path);
  }
  return kept;
}
