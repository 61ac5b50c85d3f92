import {reading} from "./files/file-faults.ts";
import {nodeFileSystem} from "./files/file-system.ts";
import {writeDurably} from "./files/write-durably.ts";

/** Permission bits of a membership file, which others may read. */
const PUBLIC_MODE = 0o644;

/** Reads the bytes of a membership file; undefined when there is none. @throws STORAGE_UNREADABLE */
export function readMembershipFile(path: string): Promise<Uint8Array | undefined> {
  return reading(path, () => nodeFileSystem.read(path));
}

/** Replaces a membership file, atomically and durably. @throws STORAGE_FULL, STORAGE_UNWRITABLE */
export function writeMembershipFile(path: string, bytes: Uint8Array): Promise<void> {
  return writeDurably(nodeFileSystem, path, bytes, PUBLIC_MODE);
}
