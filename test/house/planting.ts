import {spawnSync} from "node:child_process";
import {cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";

/** The project's root folder. */
export const ROOT = path.resolve(import.meta.dirname, "../..");

/** A small source tree that breaks rules on purpose, with the project's own tool settings around it. */
export interface PlantedTree {
  /** Runs a development tool in the tree and returns what it wrote to standard output. */
  run(tool: string, ...options: readonly string[]): string;
  remove(): void;
}

/** Writes `files` (path from the tree's root -> text) into a temporary folder beside copies of `settings`. */
export function plantTree(files: ReadonlyMap<string, string>, settings: readonly string[]): PlantedTree {
  const folder = mkdtempSync(path.join(tmpdir(), "consilium-planted-"));
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  for (const name of ["package.json", "tsconfig.json", ...settings]) {
    cpSync(path.join(ROOT, name), path.join(folder, name));
  }
  for (const [name, text] of files) {
    mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
    writeFileSync(path.join(folder, name), text);
  }
  return {
    run(tool, ...options) {
      const bin = path.join(ROOT, "node_modules", ".bin", tool);
      return spawnSync(bin, options, {cwd: folder, encoding: "utf8", maxBuffer: 2 ** 26}).stdout;
    },
    remove: () => rmSync(folder, {recursive: true, force: true}),
  };
}
