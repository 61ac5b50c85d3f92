import {CodedError, type Logger, silentLogger, systemClock} from "../../src/core/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {createEventFeed, createNode, type Node} from "../../src/node/index.ts";
import {LOOPBACK_ACCESS, type StatusServer} from "../../src/status/index.ts";
import type {StatusServerOptions} from "../../src/status/status-server.ts";
import {openStateDirectory, type StateDirectory} from "../../src/storage/index.ts";
import {type CrashFileSystem, createCrashFileSystem, PowerCut} from "../storage/crash-file-system.ts";
import {workerUrl} from "../training/worker-url.ts";
import {keyFileOf, SITES, type ThreeSites} from "./three-sites.ts";

interface Daemon {
  readonly node: Node;
  readonly state: StateDirectory;
  readonly server: StatusServer | null;
}

/** What a test puts around the nodes of a fleet. */
export interface FleetOptions {
  /** The default is a network in memory. */
  readonly openNetwork?: (options: NetworkOptions, site: string) => Promise<Network>;
  readonly loggerOf?: (site: string) => Logger;
  /** Opens a site's status server before its node is there. */
  readonly openServer?: (
    site: string,
    parts: Pick<StatusServerOptions, "node" | "feed" | "logger">,
  ) => Promise<StatusServer>;
  /** Hears what went wrong while a site was being stopped. */
  readonly onClosing?: (site: string, error: unknown) => void;
}

/** How a test's status server is opened, beside what the fleet gives. */
export const OWN_MACHINE = {
  host: "127.0.0.1",
  port: 0,
  probes: {host: "127.0.0.1", port: 0},
  access: LOOPBACK_ACCESS,
  clock: systemClock,
  version: "1.2.3",
} as const;

/** A log that tells the rounds it hears certified, from 0; people read them from 1. */
function roundLogger(onRound: (round: number) => void): Logger {
  const logger: Logger = {
    ...silentLogger,
    debug: (message, fields) => {
      const round = fields?.["round"];
      if (message === "a round was certified" && typeof round === "number") onRound(round - 1);
    },
    child: () => logger,
  };
  return logger;
}

/** Nodes of one consortium in this process, each with a disk in memory whose power can be cut. */
export class Fleet {
  readonly #consortium: ThreeSites;
  readonly #hub = createMemoryHub({clock: systemClock});
  readonly #disks = new Map<string, CrashFileSystem>();
  readonly #daemons = new Map<string, Daemon>();
  readonly #watchers = new Map<string, () => void>();
  readonly #options: FleetOptions;

  constructor(consortium: ThreeSites, options: FleetOptions = {}) {
    this.#consortium = consortium;
    this.#options = options;
  }

  /** The disk of a site, with its node key on it. */
  async diskOf(site: string): Promise<CrashFileSystem> {
    const known = this.#disks.get(site);
    if (known !== undefined) return known;
    const disk = createCrashFileSystem();
    this.#disks.set(site, disk);
    await disk.makeDirectory("/state");
    const file = await disk.create("/state/node.key", 0o600);
    await file.write(keyFileOf(site));
    await file.sync();
    await disk.syncDirectory("/state");
    return disk;
  }

  async start(site: string): Promise<Node> {
    const {task, roster, plan} = this.#consortium;
    const {openNetwork, loggerOf, openServer} = this.#options;
    const state = await openStateDirectory("/state", await this.diskOf(site));
    const logger = loggerOf?.(site) ?? roundLogger((round) => this.#watchers.get(`${site} ${round}`)?.());
    const feed = createEventFeed(systemClock);
    let node: Node | null = null;
    const server = (await openServer?.(site, {node: () => node, feed, logger})) ?? null;
    node = await createNode({
      site,
      state,
      roster,
      plan,
      approvedPlan: plan.hash,
      attempt: 1,
      task,
      variables: {},
      backend: "cpu",
      clock: systemClock,
      logger,
      feed,
      openNetwork: (options) =>
        openNetwork?.(options, site) ?? createMemoryNetwork({...options, hub: this.#hub}),
      workerUrl,
    });
    this.#daemons.set(site, {node, state, server});
    return node;
  }

  async startAll(): Promise<void> {
    for (const site of SITES) await this.start(site);
  }

  /** Waits until the power of a site is cut at an operation of its disk, then starts it from what half of the writes left. */
  async cutPower(site: string, at: number): Promise<void> {
    const disk = await this.diskOf(site);
    disk.cutPowerAt(at);
    const failure: unknown = await this.nodeOf(site).outcome.then(
      () => new CodedError("TEST_NOT_CUT", `${site} ended before operation ${at} of its disk`),
      (error: unknown) => error,
    );
    if (!(failure instanceof PowerCut)) throw failure;
    await this.stop(site);
    disk.restart((count) => count >> 1);
    await this.start(site);
  }

  nodeOf(site: string): Node {
    return this.#daemonOf(site).node;
  }

  /** Where a site's status server answers. */
  urlOf(site: string): string {
    const {server} = this.#daemonOf(site);
    if (server === null) throw new CodedError("TEST_NOT_STARTED", `${site} has no status server`);
    return `${server.url}/`;
  }

  #daemonOf(site: string): Daemon {
    const daemon = this.#daemons.get(site);
    if (daemon === undefined) throw new CodedError("TEST_NOT_STARTED", `${site} is down`);
    return daemon;
  }

  /** Resolves when the site hears that the round is certified. */
  certified(site: string, round: number): Promise<void> {
    return new Promise((resolve) => this.#watchers.set(`${site} ${round}`, resolve));
  }

  /** Ends a site's node; a disk without power does not hold that up. */
  async stop(site: string): Promise<void> {
    const daemon = this.#daemons.get(site);
    this.#daemons.delete(site);
    for (const part of [daemon?.node, daemon?.server, daemon?.state])
      await part?.close().catch((error: unknown) => this.#options.onClosing?.(site, error));
  }

  async close(): Promise<void> {
    for (const site of this.#daemons.keys()) await this.stop(site);
  }
}
