import type {Command} from "../command.ts";
import {backupCommand, restoreCommand} from "./backup.ts";
import {compareCommand} from "./compare.ts";
import {configCommand} from "./config.ts";
import {dataCommand} from "./data.ts";
import {demoCommand} from "./demo.ts";
import {doctorCommand} from "./doctor.ts";
import {initCommand} from "./init.ts";
import {logsCommand} from "./logs.ts";
import {peersCommand} from "./peers.ts";
import {planCommand} from "./plan.ts";
import {predictCommand} from "./predict.ts";
import {replayCommand} from "./replay.ts";
import {simulateCommand} from "./simulate.ts";
import {startCommand} from "./start.ts";
import {statusCommand} from "./status.ts";

/** All commands, in the order of `--help`. */
export const commands: readonly Command[] = [
  demoCommand,
  initCommand,
  doctorCommand,
  startCommand,
  statusCommand,
  peersCommand,
  logsCommand,
  configCommand,
  backupCommand,
  restoreCommand,
  planCommand,
  dataCommand,
  predictCommand,
  replayCommand,
  simulateCommand,
  compareCommand,
];
