import {type Clock, type Closable, CodedError, delay} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {type DaemonProcess, launchDaemon, type NodeStatus} from "./daemon.ts";
import type {Variables} from "./request.ts";
import type {Workspace} from "./workspace.ts";

const POLL_MS = 250;
const START_LIMIT_MS = 60_000;

/** Options for the start of a fleet. */
export interface FleetOptions {
  readonly workspace: Workspace;
  readonly variables: Variables;
  readonly clock: Clock;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One status for each daemon, or null while it has none to give. */
export type FleetView = readonly (NodeStatus | null)[];

/** The daemons of a workspace. */
export interface Fleet extends Closable {
  readonly daemons: readonly DaemonProcess[];
  /**
   * Follows the daemons until all have finished, and calls `onView` on the way.
   * @returns the last status of each, in the workspace's order
   * @throws CLI_DAEMON_ENDED; the signal's reason when it aborts
   */
  follow(onView: (view: FleetView) => void): Promise<NodeStatus[]>;
}

async function untilAddress(daemon: DaemonProcess, {clock, signal}: FleetOptions): Promise<string> {
  const limitMs = clock.nowMs() + START_LIMIT_MS;
  while (clock.nowMs() < limitMs) {
    const address = (await daemon.status())?.addresses[0];
    if (address !== undefined) return address;
    await delay(clock, POLL_MS, signal);
  }
  const code: CliErrorCode = "CLI_DAEMON_SILENT";
  throw new CodedError(
    code,
    `the daemon of ${daemon.site.name} gave no address in ${START_LIMIT_MS / 1000} s`,
    {
      hint: "Is the machine very busy? Run the demo again with --keep and read its daemon.log.",
    },
  );
}

function anyFailure(daemons: readonly DaemonProcess[]): Promise<never> {
  return Promise.race(daemons.map(({failure}) => failure));
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), {once: true});
  });
}

function isFinished(status: NodeStatus | null): status is NodeStatus {
  return status?.activity === "finished" && status.certified !== null;
}

/**
 * Starts one daemon for each site: the first alone, then the others. These know only the address of the
 * first, and find each other from there.
 * @throws CLI_DAEMON_ENDED, CLI_DAEMON_SILENT; the signal's reason when it aborts; no daemon is left behind
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const {workspace, variables, clock, signal} = options;
  const [first, ...others] = workspace.sites;
  const daemons: DaemonProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
  };
  const launch = (site: Workspace["sites"][number]): DaemonProcess => {
    const daemon = launchDaemon({site, variables, clock});
    daemons.push(daemon);
    return daemon;
  };
  try {
    if (first === undefined) return {daemons, close, follow: async () => []};
    const seed = launch(first);
    const address = await Promise.race([untilAddress(seed, options), seed.failure, rejection(signal)]);
    for (const site of others) {
      await workspace.configure(site, {bootstrap: [address]});
      launch(site);
    }
    await Promise.race([
      Promise.all(daemons.map(({statusUrl}) => statusUrl)),
      anyFailure(daemons),
      rejection(signal),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  const poll = async (onView: (view: FleetView) => void): Promise<NodeStatus[]> => {
    for (;;) {
      const view = await Promise.all(daemons.map((daemon) => daemon.status()));
      onView(view);
      if (view.every(isFinished)) return view.filter(isFinished);
      await delay(clock, POLL_MS, signal);
    }
  };
  return {
    daemons,
    close,
    follow: (onView) => Promise.race([poll(onView), anyFailure(daemons), rejection(signal)]),
  };
}
