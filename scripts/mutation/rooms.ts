import {readdirSync} from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** A part of the house whose code is changed on purpose, to see whether its own tests find out. */
export interface MutatedRoom {
  /** Its files that are changed, from the project's root, in ascending order. */
  readonly sources: readonly string[];
  /** Globs of the tests that must find out. */
  readonly tests: readonly string[];
}

/** Variable by which the configuration of Vitest learns the room. */
export const ROOM_VARIABLE = "CONSILIUM_MUTATED_ROOM";

/** The sources below a folder, but for `except`. */
function below(folder: string, except: readonly string[] = []): readonly string[] {
  return readdirSync(path.join(ROOT, folder), {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.posix.join(folder, ...name.split(path.sep)))
    .filter((file) => !except.includes(file))
    .sort();
}

/** Compiled bytes, which nobody writes. */
const COMPILED = ["src/parameters/kernels/module.ts"];
/** The rules of votes and locks, which have tests of their own. */
const OF_VOTES = ["lock-rules", "strangers", "voting", "waiting-frames"].map(
  (name) => `src/rounds/agreement/${name}.ts`,
);

/** The rooms, the shortest run first. */
export const MUTATED_ROOMS: Readonly<Record<string, MutatedRoom>> = {
  privacy: {sources: below("src/privacy"), tests: ["test/privacy/*.test.ts"]},
  voting: {sources: OF_VOTES, tests: ["test/rounds/agreement/*.test.ts"]},
  evaluation: {sources: below("src/evaluation"), tests: ["test/evaluation/*.test.ts"]},
  parameters: {sources: below("src/parameters", COMPILED), tests: ["test/parameters/*.test.ts"]},
  agreement: {
    sources: below("src/rounds/agreement", OF_VOTES),
    // Those that take seconds: histories and model checks find more, but not in a day of mutants.
    tests: [
      "certificate",
      "catch-up",
      "membership",
      "quorum",
      "rogue-frames",
      "session",
      "adversary/disputes",
      "adversary/disruption",
      "adversary/equivocation",
      "adversary/false-accusations",
      "adversary/proposals",
    ].map((name) => `test/gossip/${name}.test.ts`),
  },
};
