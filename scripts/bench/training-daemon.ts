/* A daemon of event-loop.ts: the one that `consilium start` opens, in a process that watches its own event loop. */
import {monitorEventLoopDelay} from "node:perf_hooks";
import {builtModule, builtRoom, type Core} from "./built.ts";
import {serve} from "./child.ts";

type Config = typeof import("../../src/config/index.ts");
type OpenDaemonModule = typeof import("../../src/cli/daemon/open-daemon.ts");

/** Period of the timer whose lateness is measured; the histogram's times include it. */
const RESOLUTION_MS = 10;
const POLL_MS = 5;

const {silentLogger, systemClock} = await builtRoom<Core>("core");
const {loadNodeConfig} = await builtRoom<Config>("config");
const {openDaemon} = await builtModule<OpenDaemonModule>("cli/daemon/open-daemon");

/** Trains to the end of the run. @returns the 99th percentile of the event loop's delay from the first training round on */
async function train(configPath: string): Promise<number> {
  const config = await loadNodeConfig(configPath);
  const {node, close} = await openDaemon({
    config,
    variables: {},
    version: "bench",
    clock: systemClock,
    logger: silentLogger,
  });
  const delays = monitorEventLoopDelay({resolution: RESOLUTION_MS});
  const watch = setInterval(() => {
    if (node.view().stage !== "training") return;
    clearInterval(watch);
    delays.enable();
  }, POLL_MS);
  await node.outcome;
  delays.disable();
  await close();
  return Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
}

const methods = {train};

/** What this process can be asked for. */
export type TrainingDaemon = typeof methods;

serve(methods);
