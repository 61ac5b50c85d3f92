import {readdirSync} from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** A part of the house whose code is changed on purpose, to see whether its own tests find out. */
export interface MutatedRoom {
  readonly folder: string;
  /** Files that are left alone. */
  readonly except: readonly string[];
  /** Globs of the tests that must find out. */
  readonly tests: readonly string[];
}

/** Variable by which the configuration of Vitest learns the room. */
export const ROOM_VARIABLE = "CONSILIUM_MUTATED_ROOM";

/** The rooms, smallest first. */
export const MUTATED_ROOMS: Readonly<Record<string, MutatedRoom>> = {
  privacy: {folder: "src/privacy", except: [], tests: ["test/privacy/*.test.ts"]},
  evaluation: {folder: "src/evaluation", except: [], tests: ["test/evaluation/*.test.ts"]},
  parameters: {
    folder: "src/parameters",
    // Compiled bytes, which nobody writes.
    except: ["src/parameters/kernels/module.ts"],
    tests: ["test/parameters/*.test.ts"],
  },
  agreement: {
    folder: "src/rounds/agreement",
    except: [],
    tests: ["test/gossip/*.test.ts", "test/gossip/adversary/*.test.ts"],
  },
};

/** The sources of a room that are changed, from the project's root, in ascending order. */
export function sourcesOf({folder, except}: MutatedRoom): readonly string[] {
  return readdirSync(path.join(ROOT, folder), {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.posix.join(folder, ...name.split(path.sep)))
    .filter((file) => !except.includes(file))
    .sort();
}
