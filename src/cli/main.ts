#!/usr/bin/env node
import "../core/polyfill.ts";
import {commands} from "./commands/registry.ts";
import {endProcess, guardProcess, reportFailure} from "./process-end.ts";
import {runProgram} from "./program.ts";
import {ownVersion} from "./version.ts";

// TensorFlow, where it is installed, tells of its processor features on standard error; set before any thread starts.
process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
guardProcess();
runProgram(process.argv.slice(2), commands, ownVersion()).then(endProcess, (error: unknown) =>
  endProcess(reportFailure(error)),
);
