import {inspect} from "node:util";
import {
  createJsonLogger,
  createMetricRegistry,
  createProcessMetrics,
  errorLine,
  systemClock,
} from "../../src/core/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {checkStoredLedger, createEventFeed, createNode, type Node} from "../../src/node/index.ts";
import {LOOPBACK_ACCESS, openStatusServer, type StatusServer} from "../../src/status/index.ts";
import {inspectState, openStateDirectory, type StateDirectory} from "../../src/storage/index.ts";
import {keyFileOf, type ThreeSites} from "../node/three-sites.ts";
import {ask} from "../status/requests.ts";
import {type CrashFileSystem, createCrashFileSystem} from "../storage/crash-file-system.ts";
import {workerUrl} from "../training/worker-url.ts";
import type {Outgoing} from "./find-leaks.ts";

const PATHS = [
  "/healthz",
  "/readyz",
  "/metrics",
  "/v1/status",
  "/v1/peers",
  "/v1/runs",
  "/v1/rounds?limit=2000",
  "/v1/releases",
  "/openapi.json",
  "/no/such/path",
  "/v1/rounds?limit=x",
];

interface Running {
  readonly node: Node;
  readonly state: StateDirectory;
  readonly server: StatusServer;
}

/** Nodes of one consortium in this process, and everything that they say, answer or hand to their links. */
export class WatchedFleet {
  readonly outgoing: Outgoing[] = [];
  readonly #consortium: ThreeSites;
  readonly #hub = createMemoryHub({clock: systemClock});
  readonly #disks = new Map<string, CrashFileSystem>();
  readonly #running = new Map<string, Running>();

  constructor(consortium: ThreeSites) {
    this.#consortium = consortium;
  }

  keep(where: string, content: string | Uint8Array): void {
    this.outgoing.push({where, bytes: typeof content === "string" ? Buffer.from(content) : content});
  }

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

  async #openNetwork(site: string, options: NetworkOptions): Promise<Network> {
    const network = await createMemoryNetwork({...options, hub: this.#hub});
    this.keep(`${site}: handshake`, JSON.stringify(options.handshake));
    return {
      ...network,
      send: (to, frame) => {
        this.keep(`${site}: frame`, frame.slice());
        return network.send(to, frame);
      },
      publish: (blob, access) => {
        this.keep(`${site}: blob`, blob.bytes);
        network.publish(blob, access);
      },
    };
  }

  async start(site: string): Promise<Node> {
    const {task, roster, plan} = this.#consortium;
    const state = await openStateDirectory("/state", await this.diskOf(site));
    const logger = createJsonLogger("debug", {write: (line) => this.keep(`${site}: log`, line)});
    const feed = createEventFeed(systemClock);
    const registry = createMetricRegistry();
    await createProcessMetrics(registry).close();
    let node: Node | null = null;
    const server = await openStatusServer({
      host: "127.0.0.1",
      port: 0,
      probes: {host: "127.0.0.1", port: 0},
      access: LOOPBACK_ACCESS,
      node: () => node,
      feed,
      registry,
      clock: systemClock,
      version: "1.2.3",
      logger,
    });
    feed.subscribe(null, (event) => this.keep(`${site}: event`, JSON.stringify(event)));
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
      openNetwork: (options) => this.#openNetwork(site, options),
      workerUrl,
    });
    node.outcome.catch((error: unknown) => {
      this.keep(`${site}: error`, `${errorLine(error)} ${inspect(error, {depth: 10, showHidden: true})}`);
    });
    this.#running.set(site, {node, state, server});
    return node;
  }

  nodeOf(site: string): Node {
    const running = this.#running.get(site);
    if (running === undefined) throw new Error(`${site} is down`);
    return running.node;
  }

  /** Asks a site for everything that it answers at once. @returns the answers by path */
  async askAll(site: string): Promise<ReadonlyMap<string, string>> {
    const url = this.#running.get(site)?.server.url ?? "";
    const answers = new Map<string, string>();
    for (const path of PATHS) {
      const {headers, text} = await ask(`${url}${path}`);
      answers.set(path, text);
      this.keep(`${site}: ${path}`, `${JSON.stringify(headers)}\n${text}`);
    }
    return answers;
  }

  /** Keeps the files of a site's ledger, and each entry in it as it is read. */
  async keepLedger(site: string): Promise<void> {
    const disk = await this.diskOf(site);
    for (const name of await disk.list("/state/ledger")) {
      const bytes = await disk.read(`/state/ledger/${name}`);
      if (bytes !== undefined) this.keep(`${site}: ledger`, bytes);
    }
    const ledger = await (await inspectState("/state", disk)).readLedger();
    await checkStoredLedger(ledger, {
      onEntry: ({entry}) => this.keep(`${site}: ledger`, JSON.stringify(entry)),
    });
  }

  /** Ends a site's node; a disk without power does not hold that up. */
  async stop(site: string): Promise<void> {
    const running = this.#running.get(site);
    this.#running.delete(site);
    for (const part of [running?.node, running?.server, running?.state]) {
      await part?.close().catch((error: unknown) => this.keep(`${site}: closing`, errorLine(error)));
    }
  }

  async close(): Promise<void> {
    const sites = [...this.#running.keys()];
    for (const site of sites) await this.stop(site);
  }
}
