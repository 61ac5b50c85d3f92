/*
 * Builds dist from src: `node scripts/build.mjs`, or with --if-stale only when a source is newer than the last
 * good build. Plain JavaScript, because `npm start` runs it where no development dependency is installed.
 * Output is written in place and stale files go afterwards, so that running daemons keep their modules.
 */
import {spawnSync} from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";

const root = path.dirname(import.meta.dirname);
const dist = path.join(root, "dist");
const stamp = path.join(dist, ".built");
/** The dashboard's client, which runs in browsers: docs/adr/0025. */
const client = path.join("status", "dashboard", "client");

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

function compile(...options) {
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve("@typescript/native/package.json")),
    "bin",
    "tsc",
  );
  return spawnSync(process.execPath, [compiler, ...options], {stdio: "inherit"}).status ?? 1;
}

/** The client's modules, each by itself (`npm run check` checks their types), and what lies beside them. */
function buildClient() {
  const from = path.join(root, "src", client);
  const into = path.join(dist, client);
  const status = compile("-p", from, "--noCheck", "--noResolve", "--outDir", dist);
  mkdirSync(into, {recursive: true});
  for (const name of readdirSync(from)) {
    if (/\.(html|css|svg)$/.test(name)) copyFileSync(path.join(from, name), path.join(into, name));
  }
  return status;
}

function build() {
  const started = new Date();
  const status = compile("-p", path.join(root, "tsconfig.json")) || buildClient();
  if (!existsSync(dist)) return status;
  removeStale();
  const main = path.join(dist, "cli", "main.js");
  if (existsSync(main)) chmodSync(main, 0o755);
  if (status === 0) writeFileSync(stamp, `${started.toISOString()}\n`);
  return status;
}

if (!process.argv.includes("--if-stale") || !isFresh()) process.exitCode = build();
