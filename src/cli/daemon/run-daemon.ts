import {type Closable, delay, type Logger, systemClock} from "../../core/index.ts";
import {type Daemon, type DaemonOptions, openDaemon} from "./open-daemon.ts";
import type {Reporter} from "./reporter.ts";
import {type TerminationSignal, terminationRequest} from "./termination.ts";

const STATUS_INTERVAL_MS = 30_000;
/** Less than the 5 s after which service managers and the demo lose patience. */
const CLOSE_DEADLINE_MS = 4500;

/** Closes `part`, but waits no longer than the deadline: essential data is on disk before it counts. */
async function closeInTime(part: Closable, logger: Logger): Promise<void> {
  const patience = new AbortController();
  const deadline = delay(systemClock, CLOSE_DEADLINE_MS, patience.signal).then(
    () => logger.warn("closing took too long and was cut short"),
    () => {},
  );
  await Promise.race([part.close(), deadline]);
  patience.abort();
}

/** Reports until the run fails; the end of the run is reported and changes nothing. */
async function report({node, greeting}: Daemon, reporter: Reporter): Promise<never> {
  reporter.greet(greeting);
  setInterval(() => reporter.progress(node.view()), STATUS_INTERVAL_MS).unref();
  reporter.end(await node.outcome);
  return new Promise<never>(() => {});
}

/**
 * Runs a daemon until SIGTERM, SIGINT or SIGHUP, also during its start; everything is closed when it resolves
 * or rejects.
 * @throws the errors of {@link openDaemon}, and any that keeps the node from going on
 */
export async function runDaemon(options: DaemonOptions, reporter: Reporter): Promise<void> {
  const {logger} = options;
  const requested = terminationRequest();
  logger.debug("starting");
  const ending = new AbortController();
  void requested.then(() => ending.abort());
  const opening = openDaemon({...options, signal: ending.signal});
  const running = opening.then((daemon) => report(daemon, reporter));
  let reason: TerminationSignal;
  try {
    reason = await Promise.race([running, requested]);
  } catch (error) {
    await opening.then((daemon) => closeInTime(daemon, logger)).catch(() => {});
    throw error;
  }
  logger.info("closing", {reason});
  const close = async (): Promise<void> => (await opening.catch(() => null))?.close();
  await closeInTime({close}, logger);
}
