import {afterEach, expect, it} from "vitest";
import {createMetricRegistry, present, systemClock} from "../../src/core/index.ts";
import type {LedgerEntry} from "../../src/ledger/index.ts";
import {
  createMemoryHub,
  createMemoryNetwork,
  type Network,
  type NetworkOptions,
} from "../../src/network/index.ts";
import {checkStoredLedger} from "../../src/node/index.ts";
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

const key = (peer: string, kind: string): string => `${peer} ${kind}`;

it("after a run with a restart, the ledger has the bytes of the counter, of the metric and of the links", async () => {
  const consortium = await threeSites();
  fleet = new Fleet(consortium, countingNetwork);
  await fleet.startAll();
  const victim = present(SITES[0], "a site");
  await fleet.certified(victim, 1);
  await fleet.stop(victim);
  await fleet.start(victim);
  await Promise.all(SITES.map((site) => fleet?.nodeOf(site).outcome));
  const nodes = SITES.map((site) => ({site, node: present(fleet, "the fleet").nodeOf(site)}));
  await fleet.close();
  for (const {site, node} of nodes) {
    const entries = await entriesOf(site);
    const sums = new Map<string, number>();
    const byPeer = new Map<string, number>();
    for (const entry of entries) {
      if (entry.kind !== "release") continue;
      const {name, content, bytes, peer} = entry;
      sums.set(key(name, content), bytes + (sums.get(key(name, content)) ?? 0));
      byPeer.set(peer, bytes + (byPeer.get(peer) ?? 0));
    }
    const counted = new Map<string, number>();
    for (const {peer, kind, bytes} of node.releases())
      counted.set(key(peer, kind), bytes + (counted.get(key(peer, kind)) ?? 0));
    expect(sums.size).toBeGreaterThanOrEqual(4);
    expect(sums).toEqual(counted);
    const self = consortium.roster.members.find(({name}) => name === site)?.peerId;
    expect(byPeer).toEqual(handed.get(present(self, "the peer id of a site")));
    const registry = createMetricRegistry();
    createPeerMetrics(registry, () => node.releases())({...node.view(), peers: []});
    for (const [label, bytes] of sums) {
      const [peer = "", kind = ""] = label.split(" ");
      expect(registry.expose()).toContain(
        `consilium_released_bytes_total{peer="${peer}",kind="${kind}"} ${bytes}`,
      );
    }
    expect(entries.filter(({kind}) => kind === "consent")).toMatchObject([
      {plan: consortium.plan.hash, decision: "approved"},
    ]);
    const rounds = entries.flatMap((entry) => (entry.kind === "release" ? [entry.round] : []));
    expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
  }
});
