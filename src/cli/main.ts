#!/usr/bin/env node
import "../core/polyfill.ts";
import {endProcess, guardProcess, reportFailure} from "./process-end.ts";

// Before anything is loaded: the rest takes its time, and may fail.
guardProcess();
// TensorFlow, if installed, reports its processor features on standard error; set before any thread starts.
process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";

async function run(words: readonly string[]): Promise<number> {
  const {runProgram} = await import("./program.ts");
  const {loadCommands} = await import("./commands/registry.ts");
  const {ownVersion} = await import("./version.ts");
  return runProgram(words, await loadCommands(words), ownVersion());
}

run(process.argv.slice(2)).then(endProcess, (error: unknown) => endProcess(reportFailure(error)));
