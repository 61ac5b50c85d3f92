import {join} from "node:path";
import {reading} from "../files/file-faults.ts";
import type {FileSystem} from "../files/file-system.ts";
import {FORMAT_FILE} from "../format.ts";

const TOP_FILE = new RegExp(`^(${FORMAT_FILE}|addresses\\.json|releases\\.json|[a-z0-9-]+\\.key)$`);
const RUN_FILE = /^runs\/[0-9a-f]{32}\/(journal|history\.json|models\/[0-9a-f]{64})$/;

/**
 * Tells whether a backup holds the file at `path`, relative to the state directory: keys, addresses,
 * journals, curves and models; from format 1 also its counts of releases. All other files are neither taken
 * nor restored: flight recorders, and the ledger, because a node that went on from an old one would sign heads
 * that contradict those that it signed before.
 */
export function isKept(path: string): boolean {
  return TOP_FILE.test(path) || RUN_FILE.test(path);
}

/**
 * The parts of a directory that a backup holds: paths of its own files, and its runs, both in a fixed order.
 */
export interface Contents {
  readonly top: readonly string[];
  readonly runs: readonly string[];
}

/** Lists the {@link Contents} of `directory`. @throws STORAGE_UNREADABLE */
export async function contentsOf(files: FileSystem, directory: string): Promise<Contents> {
  const list = (path: string): Promise<readonly string[]> =>
    reading(path, () => files.list(join(directory, path)));
  return {
    top: (await list(".")).filter(isKept),
    runs: (await list("runs")).filter((run) => isKept(`runs/${run}/journal`)),
  };
}
