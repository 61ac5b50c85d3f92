import {readFileSync} from "node:fs";
import path from "node:path";
import {z} from "zod";

const ROOT = path.resolve(import.meta.dirname, "../..");
const DOOR = z.object({types: z.string().regex(/^\.\/dist\/.*\.d\.ts$/)});
const MANIFEST = z.object({exports: z.record(z.string(), z.union([DOOR, z.string()]))});

/** A module that users of the package may import. */
export interface Door {
  /** Its name in an import, such as `consilium/gossip`. */
  readonly name: string;
  /** Its source, from the project's root. */
  readonly source: string;
}

/** The doors of the package, as package.json exports them. */
export function doors(): readonly Door[] {
  const {exports} = MANIFEST.parse(JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")));
  return Object.entries(exports).flatMap(([place, door]) =>
    typeof door === "string"
      ? []
      : [
          {
            name: path.posix.join("consilium", place),
            source: door.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, "src/$1.ts"),
          },
        ],
  );
}
