import {join} from "node:path";
import {reading} from "./file-faults.ts";
import {type FileSystem, nodeFileSystem} from "./file-system.ts";
import {readFormat} from "./format.ts";
import {readNodeKey} from "./node-key.ts";

/** A state directory as it lies there: nothing is made, upgraded or taken. */
export interface InspectedState {
  /** Its nine permission bits; undefined when it is not there. */
  readonly permissions: number | undefined;
  /** Whether a daemon or a backup has taken it. */
  readonly isLocked: boolean;
  /** Its format, or null before its first use. @throws STORAGE_VERSION, STORAGE_UNREADABLE */
  readFormat(): Promise<number | null>;
  /** The node key's seed, see {@link readNodeKey}. */
  readNodeKey(): Promise<Uint8Array | undefined>;
}

/** Looks at the state directory at `path`, whoever has taken it. @throws STORAGE_UNREADABLE */
export async function inspectState(
  path: string,
  files: FileSystem = nodeFileSystem,
): Promise<InspectedState> {
  const permissions = await reading(path, () => files.permissions(path));
  return {
    permissions,
    isLocked: permissions !== undefined && (await reading(path, () => files.isLocked(path))),
    readFormat: () => readFormat(files, path),
    readNodeKey: () => readNodeKey(files, join(path, "node.key")),
  };
}
