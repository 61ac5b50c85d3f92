import {spawnSync} from "node:child_process";
import {existsSync, readdirSync} from "node:fs";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path from "node:path";
import {pathToFileURL} from "node:url";
import {describe, expect, it, onTestFinished} from "vitest";
import {withSourcePlaces} from "../../src/cli/source-places.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const DIST = path.join(ROOT, "dist");
const MAIN = path.join(DIST, "cli/main.js");

/** Modules that a command loads before it ends, by Node's own loader hooks and its cache of those that are required. */
function loadedBy(words: readonly string[]): readonly string[] {
  const hooks = `export async function load(url, context, next) {
    process._rawDebug("loaded " + url);
    return next(url, context);
  }`;
  const register = `import {createRequire, register} from "node:module";
    import {pathToFileURL} from "node:url";
    register("data:text/javascript,${encodeURIComponent(hooks)}");
    const {cache} = createRequire(${JSON.stringify(pathToFileURL(MAIN).href)});
    process.on("exit", () => {
      for (const file of Object.keys(cache)) process._rawDebug("loaded " + pathToFileURL(file).href);
    });`;
  const importing = `data:text/javascript,${encodeURIComponent(register)}`;
  const ended = spawnSync(process.execPath, ["--import", importing, MAIN, ...words], {encoding: "utf8"});
  return [...ended.stderr.matchAll(/^loaded (\S+)$/gm)].map(([, url = ""]) => url);
}

describe("the start of a command", () => {
  it.each([["--version"], ["status", "--url", "http://127.0.0.1:1"], ["plan", "show", "absent.yaml"]])(
    "reads few files, and none of libp2p, TensorFlow or the server: %s",
    (...words) => {
      const loaded = loadedBy(words);
      const files = loaded.filter((url) => url.startsWith("file:"));
      expect(files).toContain(pathToFileURL(MAIN).href);
      // 628 before the program was bundled.
      expect(files.length).toBeLessThan(40);
      expect(files.filter((url) => /libp2p|tensorflow|fastify|h5wasm/.test(url))).toEqual([]);
    },
  );

  it("names the sources in the stack of a bug", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "consilium-places-"));
    onTestFinished(() => rm(folder, {recursive: true}));
    const module = pathToFileURL(path.join(folder, "made.js")).href;
    // Line 2 from column 3 on is line 41, column 5 of the source: in VLQ of base 64, "E" is 2, "wC" 40 and "I" 4.
    const map = {version: 3, sources: ["../src/thing.ts"], names: [], mappings: ";EAwCI"};
    await writeFile(path.join(folder, "made.js.map"), JSON.stringify(map));
    const source = new URL("../src/thing.ts", module).href;
    expect(withSourcePlaces(`Error: x\n    at f (${module}:2:3)\n    at ${module}:1:1`)).toBe(
      `Error: x\n    at f (${source}:41:5)\n    at ${module}:1:1`,
    );
    expect(withSourcePlaces("Error: x\n    at node:internal/x:1:2")).toBe(
      "Error: x\n    at node:internal/x:1:2",
    );
  });
});

describe("the bundle", () => {
  /** Entries of threads, each bundled into one file. */
  const threads = ["training/worker.js", "data/readers/hdf5/hdf5-worker.js"];

  it("finds every thread and file of its modules in the tree beside it", async () => {
    const names = readdirSync(path.join(DIST, "chunks")).filter((name) => name.endsWith(".js"));
    const places = new Set<string>();
    const files = ["cli/main.js", ...threads, ...names.map((name) => path.join("chunks", name))];
    for (const file of files.map((name) => path.join(DIST, name))) {
      const text = await readFile(file, "utf8");
      for (const [, place = ""] of text.matchAll(
        /new URL\("((?:\.\.\/)+[a-z][^"]*\.js)", import\.meta\.url\)\.href/g,
      ))
        places.add(path.resolve(path.dirname(file), place));
    }
    // Those that look for neighbours today; more may come.
    expect([...places].map((place) => path.relative(DIST, place))).toEqual(
      expect.arrayContaining([
        "training/trainers.js",
        "data/readers/hdf5/hdf5-link.js",
        "model/backend/tfjs-modules.js",
      ]),
    );
    for (const place of places) expect(existsSync(place), place).toBe(true);
  });

  it.each(threads)("is one file for a thread: %s", async (file) => {
    const text = await readFile(path.join(DIST, file), "utf8");
    const imported = [...text.matchAll(/^import [^"]*"([^"]+)";$/gm)].map(([, name = ""]) => name);
    expect(imported).toContain("node:worker_threads");
    expect(imported.filter((name) => !name.startsWith("node:"))).toEqual([]);
  });
});
