/*
 * Builds dist from src: `node scripts/build.mjs`, or with --if-stale only when a source is newer than the last
 * good build. Plain JavaScript, because `npm start` runs it where no development dependency is installed.
 * Output is written in place and stale files go afterwards, so that running daemons keep their modules.
 */
import {spawnSync} from "node:child_process";
import {chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const dist = path.join(root, "dist");
const stamp = path.join(dist, ".built");

function* entriesBelow(folder) {
  for (const entry of readdirSync(folder, {withFileTypes: true, recursive: true})) {
    yield path.join(entry.parentPath ?? entry.path, entry.name);
  }
}

function isFresh() {
  if (!existsSync(stamp)) return false;
  const builtMs = statSync(stamp).mtimeMs;
  const inputs = [
    path.join(root, "src"),
    path.join(root, "tsconfig.json"),
    ...entriesBelow(path.join(root, "src")),
  ];
  return inputs.every((input) => statSync(input).mtimeMs < builtMs);
}

function removeStale() {
  for (const output of entriesBelow(dist)) {
    const relative = path.relative(dist, output);
    const source = path.join(root, "src", relative.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts"));
    if (output !== stamp && !existsSync(source)) rmSync(output, {recursive: true, force: true});
  }
}

function build() {
  const started = new Date();
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve("@typescript/native/package.json")),
    "bin",
    "tsc",
  );
  const {status} = spawnSync(process.execPath, [compiler, "-p", path.join(root, "tsconfig.json")], {
    stdio: "inherit",
  });
  if (!existsSync(dist)) return status ?? 1;
  removeStale();
  const main = path.join(dist, "cli", "main.js");
  if (existsSync(main)) chmodSync(main, 0o755);
  if (status === 0) writeFileSync(stamp, `${started.toISOString()}\n`);
  return status ?? 1;
}

if (!process.argv.includes("--if-stale") || !isFresh()) process.exitCode = build();
