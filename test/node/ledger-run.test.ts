import {afterEach, expect, it} from "vitest";
import {createMetricRegistry, present, systemClock} from "../../src/core/index.ts";
import type {LedgerEntry} from "../../src/ledger/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {checkStoredLedger, type Node} from "../../src/node/index.ts";
import {createPeerMetrics} from "../../src/status/metrics/peer-metrics.ts";
import {inspectState} from "../../src/storage/index.ts";
import {Fleet} from "./fleet.ts";
import {SITES, threeSites} from "./three-sites.ts";

let fleet: Fleet | null = null;
afterEach(async () => {
  await fleet?.close();
});

/** Bytes that a site handed to its links, by peer id; what the ledger says must be the same. */
const handed = new Map<string, Map<string, number>>();

function count(from: string, to: string, bytes: number): void {
  const sums = handed.get(from) ?? new Map<string, number>();
  sums.set(to, bytes + (sums.get(to) ?? 0));
  handed.set(from, sums);
}

const hub = createMemoryHub({clock: systemClock});

/** A network in memory that counts on its own what goes out. */
async function countingNetwork(options: NetworkOptions): Promise<Network> {
  const {peerId} = options.identity;
  const network = await createMemoryNetwork({
    ...options,
    hub,
    events: {
      ...options.events,
      onBlobSent(peer, hash, bytes) {
        count(peerId, peer, bytes);
        options.events.onBlobSent?.(peer, hash, bytes);
      },
    },
  });
  return {
    ...network,
    send(to, frame) {
      const isSent = network.send(to, frame);
      if (isSent) count(peerId, to, frame.byteLength);
      return isSent;
    },
  };
}

async function entriesOf(site: string): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  const state = await inspectState("/state", await present(fleet, "the fleet").diskOf(site));
  await checkStoredLedger(await state.readLedger(), {onEntry: ({entry}) => void entries.push(entry)});
  return entries;
}

/** Bytes by a key of each item. */
function sumBy<Item extends {readonly bytes: number}>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), item.bytes + (sums.get(keyOf(item)) ?? 0));
  return sums;
}

/** Runs the three sites to the end, one of them with a restart, and gives their nodes, which are closed. */
async function finishedNodes(running: Fleet): Promise<ReadonlyMap<string, Node>> {
  await running.startAll();
  const victim = present(SITES[0], "a site");
  await running.certified(victim, 1);
  await running.stop(victim);
  await running.start(victim);
  await Promise.all(SITES.map((site) => running.nodeOf(site).outcome));
  const nodes = new Map(SITES.map((site) => [site, running.nodeOf(site)]));
  await running.close();
  return nodes;
}

it("after a run with a restart, the ledger has the bytes of the counter, of the metric and of the links", async () => {
  const consortium = await threeSites();
  fleet = new Fleet(consortium, {openNetwork: countingNetwork});
  for (const [site, node] of await finishedNodes(fleet)) {
    const entries = await entriesOf(site);
    const left = entries.flatMap((entry) => (entry.kind === "release" ? [entry] : []));
    const sums = sumBy(left, ({name, content}) => `peer="${name}",kind="${content}"`);
    expect(sums.size).toBeGreaterThanOrEqual(4);
    expect(sums).toEqual(sumBy(node.releases(), ({peer, kind}) => `peer="${peer}",kind="${kind}"`));
    const self = consortium.roster.members.find(({name}) => name === site)?.peerId;
    expect(sumBy(left, ({peer}) => peer)).toEqual(handed.get(present(self, "the peer id of a site")));
    const registry = createMetricRegistry();
    createPeerMetrics(registry, () => node.releases())({...node.view(), peers: []});
    const exposed = registry.expose();
    for (const [labels, bytes] of sums)
      expect(exposed).toContain(`consilium_released_bytes_total{${labels}} ${bytes}\n`);
    expect(entries.filter(({kind}) => kind === "consent")).toMatchObject([
      {plan: consortium.plan.hash, decision: "approved"},
    ]);
    const rounds = left.map(({round}) => round);
    expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
  }
});
