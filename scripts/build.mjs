/*
 * Builds dist from src: `node scripts/build.mjs`, or with --if-stale only when a source is newer than the last
 * good build. Plain JavaScript, because `npm start` runs it where no development dependency is installed.
 * Output is written in place and stale files go afterwards, so that running daemons keep their modules.
 */
import {spawn} from "node:child_process";
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
import {bundleClient, bundleProgram} from "./bundle.mjs";

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
    ...["src", "tsconfig.json", "package-lock.json", "scripts/build.mjs", "scripts/bundle.mjs"].map((name) =>
      path.join(root, name),
    ),
    ...entriesBelow(path.join(root, "src")),
  ].filter((input) => existsSync(input));
  return inputs.every((input) => statSync(input).mtimeMs < builtMs);
}

function removeStale() {
  for (const output of entriesBelow(dist)) {
    const relative = path.relative(dist, output);
    if (relative.startsWith("chunks")) continue;
    const source = path.join(root, "src", relative.replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts"));
    const isPart =
      relative.startsWith(client) && relative.endsWith(".js") && path.basename(relative) !== "main.js";
    if (output !== stamp && (isPart || !existsSync(source))) rmSync(output, {recursive: true, force: true});
  }
}

/** Resolves with the compiler's exit status. */
function compile(...options) {
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve("@typescript/native/package.json")),
    "bin",
    "tsc",
  );
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, ...options], {stdio: "inherit"});
    child.once("close", (status) => resolve(status ?? 1));
  });
}

/** The client's module (`npm run check` checks its types), and what lies beside it. */
async function buildClient() {
  const [from, into] = ["src", "dist"].map((tree) => path.join(root, tree, client));
  mkdirSync(into, {recursive: true});
  for (const name of readdirSync(from)) {
    if (/\.(html|css|svg)$/.test(name)) copyFileSync(path.join(from, name), path.join(into, name));
  }
  await bundleClient(from, into);
}

/** The program's writer, or null where a bundle could not be made. */
async function bundled() {
  try {
    await buildClient();
    return await bundleProgram(root, dist);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

async function build() {
  const started = new Date();
  const [compiled, write] = await Promise.all([compile("-p", path.join(root, "tsconfig.json")), bundled()]);
  const status = compiled || (write === null ? 1 : 0);
  if (!existsSync(dist)) return status;
  removeStale();
  write?.();
  const main = path.join(dist, "cli", "main.js");
  if (existsSync(main)) chmodSync(main, 0o755);
  if (status === 0) writeFileSync(stamp, `${started.toISOString()}\n`);
  return status;
}

if (!process.argv.includes("--if-stale") || !isFresh()) process.exitCode = await build();
