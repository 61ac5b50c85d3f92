import type {FileSystem} from "./files/file-system.ts";

/**
 * Turns a state directory of one format into the next, writing durably. After a crash at any moment it is run
 * again from its beginning. It may then find old files, new files or both, and must end in the same state.
 */
export type Migration = (files: FileSystem, directory: string) => Promise<void>;
