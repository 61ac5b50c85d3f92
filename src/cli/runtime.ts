import {execFileSync} from "node:child_process";
import {existsSync} from "node:fs";
import {availableParallelism, cpus, release} from "node:os";
import process from "node:process";
import {fileURLToPath} from "node:url";
import type {Runtime} from "../study/index.ts";
import {ownVersion} from "./version.ts";

/** The package's own folder, at the same distance from the sources as from their build. */
const OWN_FOLDER = fileURLToPath(new URL("../../", import.meta.url));

function git(...words: readonly string[]): string {
  return execFileSync("git", words, {
    cwd: OWN_FOLDER,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/** Commit of the checkout that runs, with "+" if files differ from it; null without a checkout or git. */
function readCommit(): string | null {
  if (!existsSync(`${OWN_FOLDER}.git`)) return null;
  try {
    const isChanged = git("status", "--porcelain", "--untracked-files=no") !== "";
    return `${git("rev-parse", "HEAD")}${isChanged ? "+" : ""}`;
  } catch {
    return null;
  }
}

/** The versions and the machine that a study runs with. */
export function readRuntime(): Runtime {
  return {
    consilium: ownVersion(),
    commit: readCommit(),
    node: process.version,
    platform: `${process.platform} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
  };
}
