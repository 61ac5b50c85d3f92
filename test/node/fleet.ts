import {CodedError, type Logger, silentLogger, systemClock} from "../../src/core/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {createNode, type Node} from "../../src/node/index.ts";
import {openStateDirectory, type StateDirectory} from "../../src/storage/index.ts";
import {type CrashFileSystem, createCrashFileSystem, PowerCut} from "../storage/crash-file-system.ts";
import {workerUrl} from "../training/worker-url.ts";
import {keyFileOf, SITES, type ThreeSites} from "./three-sites.ts";

interface Daemon {
  readonly node: Node;
  readonly state: StateDirectory;
}

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

  readonly #openNetwork: (options: NetworkOptions) => Promise<Network>;

  /** @param openNetwork the default is a network in memory */
  constructor(consortium: ThreeSites, openNetwork?: (options: NetworkOptions) => Promise<Network>) {
    this.#consortium = consortium;
    this.#openNetwork = openNetwork ?? (async (options) => createMemoryNetwork({...options, hub: this.#hub}));
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
    const state = await openStateDirectory("/state", await this.diskOf(site));
    const node = await createNode({
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
      logger: roundLogger((round) => this.#watchers.get(`${site} ${round}`)?.()),
      openNetwork: this.#openNetwork,
      workerUrl,
    });
    this.#daemons.set(site, {node, state});
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
    const daemon = this.#daemons.get(site);
    if (daemon === undefined) throw new CodedError("TEST_NOT_STARTED", `${site} is down`);
    return daemon.node;
  }

  /** Resolves when the site hears that the round is certified. */
  certified(site: string, round: number): Promise<void> {
    return new Promise((resolve) => this.#watchers.set(`${site} ${round}`, resolve));
  }

  /** Ends a site's node; a disk without power does not hold that up. */
  async stop(site: string): Promise<void> {
    const daemon = this.#daemons.get(site);
    this.#daemons.delete(site);
    await daemon?.node.close().catch(() => {});
    await daemon?.state.close().catch(() => {});
  }

  async close(): Promise<void> {
    for (const site of SITES) await this.stop(site);
  }
}
