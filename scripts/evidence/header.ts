/* What every file in docs/evidence begins with: when, on what and with what it was made. */
import {execFileSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {cpus} from "node:os";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "../..");

/** Packages whose version decides what a backend computes. */
const BACKEND_PACKAGES: Readonly<Record<string, string>> = {
  wasm: "@tensorflow/tfjs-backend-wasm",
  cpu: "@tensorflow/tfjs-backend-cpu",
  "tfjs-node": "@tensorflow/tfjs-node",
};

function versionIn(folder: string): string {
  const {version} = JSON.parse(readFileSync(path.join(ROOT, folder, "package.json"), "utf8"));
  return String(version);
}

function git(...words: readonly string[]): string {
  return execFileSync("git", words, {cwd: ROOT, encoding: "utf8"}).trim();
}

/** The commit that the working tree is at; with a plus where the tree has changes besides the evidence itself. */
function commitOf(): string {
  const changes = git("status", "--porcelain", "--", ".", ":!docs/evidence");
  return `${git("rev-parse", "HEAD")}${changes === "" ? "" : "+"}`;
}

/**
 * Time, machine and versions.
 * @param backend name of what trained; undefined where the script's own arithmetic did
 */
export function evidenceHeader(backend: string | undefined) {
  const [cpu] = cpus();
  const name = BACKEND_PACKAGES[backend ?? ""];
  return {
    made: {
      at: new Date().toISOString(),
      commit: commitOf(),
      machine: {
        cpu: cpu?.model ?? "unknown",
        cores: cpus().length,
        platform: `${process.platform} ${process.arch}`,
      },
    },
    versions: {
      consilium: versionIn("."),
      node: process.version,
      backend: backend ?? "own arithmetic",
      ...(name === undefined ? {} : {backendVersion: versionIn(path.join("node_modules", name))}),
    },
  };
}
