import {readdirSync, readFileSync} from "node:fs";
import path from "node:path";

/** Words by which a test file changes modules for every file that its worker runs after it. */
const CHANGES_MODULES = /\bvi\s*\.\s*(mock|doMock|unmock|doUnmock|resetModules)\b/;
/** Word by which a test file measures the memory of its process, in which no other file may leave garbage. */
const MEASURES_MEMORY = /--expose[-]gc\b/;

/** Tells whether a test file of this text needs a worker of its own: it replaces modules or measures memory. */
export function needsOwnWorker(text: string): boolean {
  return CHANGES_MODULES.test(text) || MEASURES_MEMORY.test(text);
}

/** The test files below `root`/test that need a worker of their own, as paths from `root` with forward slashes. */
export function filesWithOwnWorker(root: string): string[] {
  return readdirSync(path.join(root, "test"), {recursive: true, encoding: "utf8"})
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => path.posix.join("test", ...file.split(path.sep)))
    .filter((file) => needsOwnWorker(readFileSync(path.join(root, file), "utf8")));
}
