import {spawnSync} from "node:child_process";
import path from "node:path";
import {sharedData} from "./shared-folder.ts";

const builder = path.resolve(import.meta.dirname, "../../scripts/build.mjs");

/** Once per run: says whether the shared data is there, and builds dist for tests that start processes or workers. */
export default function setup(): void {
  if (sharedData() === undefined) {
    if (process.env["CONSILIUM_REQUIRE_SHARED"] === "1") throw new Error("shared data not found");
    console.log("skipped: shared data not found (set CONSILIUM_SHARED_DATA); its tests do not run");
  }
  const {status, stdout} = spawnSync(process.execPath, [builder, "--if-stale"], {encoding: "utf8"});
  if (status === 0) return;
  if (process.env["CI"] !== undefined) throw new Error(`the build failed:\n${stdout}`);
  // Tests run from source, so a half-done room elsewhere must not stop the others; `npm run check` names it.
  console.log("the build has type errors (npm run check); tests that start processes use what was emitted");
}
