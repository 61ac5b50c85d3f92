/*
 * The program and the threads that it starts as few files, so that each reads what it needs and no more (docs/adr/0035).
 * The tree that the compiler writes stays beside them, for the doors in package.json and whatever a module finds by its
 * own place.
 */
import {mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync} from "node:fs";
import path from "node:path";
import {rolldown} from "rolldown";

const PROGRAM = "cli/main";
/** Entries of threads, each of which becomes one file in the place of the compiler's. */
const THREADS = ["training/worker", "data/readers/hdf5/hdf5-worker"];
const CHUNKS = "chunks";
/** A program that is starting may still want the chunks of the build before. */
const STALE_AFTER_MS = 3_600_000;
/** They find files beside themselves, or must be one with those that do. */
const LEFT_OUT = [/^@tensorflow\//, /^h5wasm(\/|$)/];

/** Lets every module find its neighbours in the tree, from a bundle in the folder of `entry`. */
function ownPlace(root, entry) {
  const up = "../".repeat(entry.split("/").length - 1);
  const src = path.join(root, "src") + path.sep;
  return {
    name: "own-place",
    transform: {
      filter: {id: new RegExp(`^${RegExp.escape?.(src) ?? src.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}`)},
      handler(code, id) {
        if (!code.includes("import.meta.url")) return null;
        const place = path.relative(src, id).replaceAll(path.sep, "/").replace(/\.ts$/, ".js");
        const url = `new URL(${JSON.stringify(`${up}${place}`)}, import.meta.url).href`;
        return {code: code.replaceAll("import.meta.url", url), map: null};
      },
    },
  };
}

/** The files of one entry, in memory. */
async function bundleOf(root, entry) {
  const bundle = await rolldown({
    cwd: root,
    input: {[entry]: `src/${entry}.ts`},
    platform: "node",
    external: LEFT_OUT,
    plugins: [ownPlace(root, entry)],
    logLevel: "warn",
  });
  const {output} = await bundle.generate({
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    chunkFileNames: `${CHUNKS}/[name]-[hash].js`,
  });
  await bundle.close();
  return output;
}

/** Bundles all in memory; what comes of it writes it into `dist`, each entry at once and the program itself last. */
export async function bundleProgram(root, dist) {
  const [program, ...threads] = await Promise.all(
    [PROGRAM, ...THREADS].map((entry) => bundleOf(root, entry)),
  );
  return () => {
    mkdirSync(path.join(dist, CHUNKS), {recursive: true});
    for (const file of [...threads.flat(), ...program.toReversed()]) {
      const target = path.join(dist, file.fileName);
      writeFileSync(`${target}.part`, file.type === "chunk" ? file.code : file.source);
      renameSync(`${target}.part`, target);
    }
    removeStale(path.join(dist, CHUNKS), new Set(program.map(({fileName}) => path.basename(fileName))));
  };
}

/** Writes the dashboard's client as one module for browsers: what it imports of other rooms is in it. */
export async function bundleClient(from, into) {
  const bundle = await rolldown({input: path.join(from, "main.ts"), platform: "browser", logLevel: "warn"});
  await bundle.write({dir: into, format: "esm", comments: false});
  await bundle.close();
}

function removeStale(folder, current) {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (!current.has(name) && Date.now() - statSync(file).mtimeMs > STALE_AFTER_MS) rmSync(file);
  }
}
