/*
 * Uses the package as somebody without the repository does: packs it, installs the tarball in an empty folder, runs the
 * demo, and type-checks and runs docs/examples/library.ts against it. `npm run packed`; needs the registry.
 */
import {spawnSync} from "node:child_process";
import {copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const EXAMPLE = "library.ts";
const LIMIT_MS = 300_000;

/** Runs a command to its end. @returns what it wrote; throws unless its status is 0 */
function run(folder: string, command: string, ...words: readonly string[]): string {
  const {status, stdout, stderr} = spawnSync(command, words, {
    cwd: folder,
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  if (status !== 0)
    throw new Error(`${command} ${words.join(" ")} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

function expectText(what: string, text: string, expected: RegExp): void {
  if (!expected.test(text)) throw new Error(`${what} does not say ${expected}:\n${text}`);
  console.log(`${what}: as expected`);
}

const folder = mkdtempSync(path.join(tmpdir(), "consilium package "));
try {
  run(ROOT, "npm", "pack", "--silent", "--pack-destination", folder);
  const [tarball = ""] = readdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({private: true, type: "module"}));
  run(
    folder,
    "npm",
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--omit=optional",
    `./${tarball}`,
  );
  expectText(
    "npx consilium demo",
    run(folder, "npx", "consilium", "demo", "--data", "synthetic-heart"),
    /All 4 hospitals hold the same model: SHA-256 [0-9a-f]{64}/,
  );
  copyFileSync(path.join(ROOT, "docs/examples", EXAMPLE), path.join(folder, EXAMPLE));
  const compilerOptions = {
    target: "es2022",
    module: "nodenext",
    strict: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [path.join(ROOT, "node_modules/@types")],
  };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({compilerOptions, files: [EXAMPLE]}));
  run(folder, process.execPath, path.join(ROOT, "node_modules/@typescript/native/bin/tsc"), "-p", folder);
  expectText(
    `docs/examples/${EXAMPLE}`,
    run(folder, process.execPath, EXAMPLE.replace(".ts", ".js")),
    /^Gossip: accuracy 0\.\d{3}$[\s\S]*^AUROC of four patients: 0\.75$/m,
  );
} finally {
  rmSync(folder, {recursive: true, force: true});
}
