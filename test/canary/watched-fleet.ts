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
import {checkStoredLedger} from "../../src/node/index.ts";
import {openStatusServer} from "../../src/status/index.ts";
import {inspectState} from "../../src/storage/index.ts";
import {Fleet, OWN_MACHINE} from "../node/fleet.ts";
import type {ThreeSites} from "../node/three-sites.ts";
import {ask} from "../status/requests.ts";
import type {Outgoing} from "./find-leaks.ts";

const PATHS = [
  "healthz",
  "readyz",
  "metrics",
  "v1/status",
  "v1/peers",
  "v1/runs",
  "v1/rounds?limit=2000",
  "v1/releases",
  "openapi.json",
  "no/such/path",
  "v1/rounds?limit=x",
];

/** Nodes of one consortium in this process, and everything that they say, answer or hand to their links. */
export class WatchedFleet {
  readonly outgoing: Outgoing[] = [];
  readonly nodes: Fleet;
  readonly #hub = createMemoryHub({clock: systemClock});

  constructor(consortium: ThreeSites) {
    this.nodes = new Fleet(consortium, {
      openNetwork: (options, site) => this.#openNetwork(site, options),
      loggerOf: (site) => createJsonLogger("debug", {write: (line) => this.keep(`${site}: log`, line)}),
      openServer: async (site, parts) => {
        const registry = createMetricRegistry();
        await createProcessMetrics(registry).close();
        parts.feed.subscribe(null, (event) => this.keep(`${site}: event`, JSON.stringify(event)));
        return openStatusServer({...OWN_MACHINE, ...parts, registry});
      },
      onClosing: (site, error) => this.keep(`${site}: closing`, errorLine(error)),
    });
  }

  keep(where: string, content: string | Uint8Array): void {
    this.outgoing.push({where, bytes: typeof content === "string" ? Buffer.from(content) : content});
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

  async start(site: string): Promise<void> {
    const {outcome} = await this.nodes.start(site);
    outcome.catch((error: unknown) => {
      this.keep(`${site}: error`, `${errorLine(error)} ${inspect(error, {depth: 10, showHidden: true})}`);
    });
  }

  /** Asks a site for everything that it answers at once. @returns the answers by path */
  async askAll(site: string): Promise<ReadonlyMap<string, string>> {
    const url = this.nodes.urlOf(site);
    const answers = new Map<string, string>();
    for (const path of PATHS) {
      const {headers, text} = await ask(`${url}${path}`);
      answers.set(`/${path}`, text);
      this.keep(`${site}: /${path}`, `${JSON.stringify(headers)}\n${text}`);
    }
    return answers;
  }

  /** Keeps the files of a site's ledger, and each entry in it as it is read. */
  async keepLedger(site: string): Promise<void> {
    const disk = await this.nodes.diskOf(site);
    for (const name of await disk.list("/state/ledger")) {
      const bytes = await disk.read(`/state/ledger/${name}`);
      if (bytes !== undefined) this.keep(`${site}: ledger`, bytes);
    }
    const ledger = await (await inspectState("/state", disk)).readLedger();
    await checkStoredLedger(ledger, {
      onEntry: ({entry}) => this.keep(`${site}: ledger`, JSON.stringify(entry)),
    });
  }
}
