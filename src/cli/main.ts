#!/usr/bin/env node
import "../core/polyfill.ts";
import {commands} from "./commands/registry.ts";
import {endProcess, guardProcess, reportFailure} from "./process-end.ts";
import {runProgram} from "./program.ts";
import {ownVersion} from "./version.ts";

guardProcess();
runProgram(process.argv.slice(2), commands, ownVersion()).then(endProcess, (error: unknown) =>
  endProcess(reportFailure(error)),
);
