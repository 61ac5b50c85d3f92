import {spawnSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";
import {ROOT} from "./planting.ts";
import type {Source} from "./sources.ts";

/** A program in a docstring, behind `@example`. */
export interface DocExample {
  /** `file:line` of its tag. */
  readonly place: string;
  readonly code: string;
}

/** The examples of a file. @throws RangeError on a tag without a block of TypeScript */
export function examplesOf({file, tree}: Pick<Source, "file" | "tree">): readonly DocExample[] {
  const {text} = tree;
  return [...text.matchAll(/^ *\* @example\b/gm)].map(({index}) => {
    const place = `${file}:${text.slice(0, index).split("\n").length}`;
    const block = /^ *\* @example\n *\* ```ts\n((?: *\*(?: .*)?\n)*?) *\* ```$/m.exec(text.slice(index));
    if (block?.index !== 0) throw new RangeError(`${place} has no block of TypeScript`);
    return {place, code: (block[1] ?? "").replaceAll(/^ *\* ?/gm, "")};
  });
}

const COMPILER = path.join(ROOT, "node_modules/@typescript/native/bin/tsc");
const OPTIONS = {
  target: "es2023",
  module: "nodenext",
  strict: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  types: ["node"],
  typeRoots: [path.join(ROOT, "node_modules/@types")],
};

/** Imports the programs that it is given, one after the other, and writes a line for each that throws. */
const RUNNER = `for (const file of process.argv.slice(2))
  await import(file).catch((error) => console.log(file + ": " + String(error?.message ?? error).replaceAll(/\\s+/g, " ")));`;

/**
 * Type-checks examples and runs them, as programs in a folder in which the built package is installed.
 * @returns a line for each fault, with the example's place
 */
export function faultsOf(examples: readonly DocExample[]): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), "consilium-examples-"));
  const run = (...words: readonly string[]) =>
    spawnSync(process.execPath, words, {cwd: folder, encoding: "utf8", timeout: 60_000});
  try {
    mkdirSync(path.join(folder, "node_modules"));
    symlinkSync(ROOT, path.join(folder, "node_modules/consilium"));
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({type: "module"}));
    writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({compilerOptions: OPTIONS}));
    writeFileSync(path.join(folder, "runner.mjs"), RUNNER);
    for (const [index, {code}] of examples.entries()) writeFileSync(path.join(folder, `${index}.ts`), code);
    const types = run(COMPILER, "-p", ".", "--pretty", "false");
    const ended = run("runner.mjs", ...examples.map((_, index) => `./${index}.js`));
    const isWhole = (types.status === 0) === (types.stdout === "") && ended.status === 0;
    return [...types.stdout.split("\n"), ...ended.stdout.split("\n"), isWhole ? "" : ended.stderr]
      .filter((line) => line !== "")
      .map((line) =>
        line.replace(/^(?:\.\/)?(\d+)\.[tj]s/, (_, index) => examples[Number(index)]?.place ?? ""),
      );
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}
