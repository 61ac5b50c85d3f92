import {parsePlan, type Roster} from "../../../src/consortium/index.ts";
import {createMetricRegistry, silentLogger, systemClock} from "../../../src/core/index.ts";
import {createMemoryHub, createMemoryNetwork} from "../../../src/network/index.ts";
import {createEventFeed, createNode, type Node} from "../../../src/node/index.ts";
import {LOOPBACK_ACCESS, openStatusServer, type StatusServer} from "../../../src/status/index.ts";
import {openStateDirectory, type StateDirectory} from "../../../src/storage/index.ts";
import {identityOf, keyFileOf, SITES, type ThreeSites, threeSites} from "../../node/three-sites.ts";
import {type CrashFileSystem, createCrashFileSystem} from "../../storage/crash-file-system.ts";
import {workerUrl} from "../../training/worker-url.ts";
import {dashboardUrl} from "./dashboard-url.ts";

/** The sites of the synthetic preset, all four. */
export const FOUR_SITES = [...SITES, "west"];
/** The consortium's name, which every page shows: their patients are generated. */
export const FOUR_SITES_CONSORTIUM = "synthetic-hospitals";
/** More than a test waits for. */
const ROUNDS = 5000;

interface Running {
  readonly node: Node;
  readonly state: StateDirectory;
  readonly server: StatusServer;
}

async function consortiumOf(rounds: number): Promise<ThreeSites> {
  const three = await threeSites({
    rounds,
    quorum: {weightShare: 0.5},
    deadline: {minimumSeconds: 1, maximumSeconds: 5},
  });
  const {plan} = three.plan;
  const start = {...plan.start, members: FOUR_SITES.length};
  const whole = {...plan, consortium: FOUR_SITES_CONSORTIUM, start};
  const roster: Roster = {
    ...three.roster,
    consortium: FOUR_SITES_CONSORTIUM,
    members: FOUR_SITES.map((name) => ({name, peerId: identityOf(name).peerId, role: "trainer"})),
  };
  return {...three, roster, plan: parsePlan(Buffer.from(JSON.stringify(whole)), "plan.yaml")};
}

/** Four daemons of one consortium in this process, each with a status server and a disk in memory. */
export class FourDaemons {
  readonly #hub = createMemoryHub({clock: systemClock});
  readonly #consortium: Promise<ThreeSites>;
  readonly #disks = new Map<string, CrashFileSystem>();
  readonly #running = new Map<string, Running>();

  constructor(rounds = ROUNDS) {
    this.#consortium = consortiumOf(rounds);
  }

  async #diskOf(site: string): Promise<CrashFileSystem> {
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

  async start(site: string): Promise<void> {
    const {task, roster, plan} = await this.#consortium;
    const state = await openStateDirectory("/state", await this.#diskOf(site));
    const feed = createEventFeed(systemClock);
    let node: Node | null = null;
    const server = await openStatusServer({
      host: "127.0.0.1",
      port: 0,
      probes: {host: "127.0.0.1", port: 0},
      access: LOOPBACK_ACCESS,
      node: () => node,
      feed,
      registry: createMetricRegistry(),
      clock: systemClock,
      version: "1.2.3",
      logger: silentLogger,
      dashboardUrl,
    });
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
      logger: silentLogger,
      feed,
      openNetwork: (options) => createMemoryNetwork({...options, hub: this.#hub}),
      workerUrl,
    });
    node.outcome.catch(() => {});
    this.#running.set(site, {node, state, server});
  }

  /** Where a site serves its dashboard. */
  urlOf(site: string): string {
    const running = this.#running.get(site);
    if (running === undefined) throw new Error(`${site} does not run`);
    return `${running.server.url}/`;
  }

  /** Ends a site's daemon; its disk stays. */
  async stop(site: string): Promise<void> {
    const running = this.#running.get(site);
    this.#running.delete(site);
    for (const part of [running?.node, running?.server, running?.state]) await part?.close().catch(() => {});
  }

  async close(): Promise<void> {
    for (const site of FOUR_SITES) await this.stop(site);
  }
}
