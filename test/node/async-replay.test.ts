import {afterEach, describe, expect, it} from "vitest";
import {runId} from "../../src/consortium/index.ts";
import {decodeTrace} from "../../src/gossip/index.ts";
import {createLibp2pNetwork, type Network, type NetworkOptions} from "../../src/network/index.ts";
import {replayTrace} from "../../src/simulation/index.ts";
import {casesOf} from "../setup/thorough.ts";
import {Fleet} from "./fleet.ts";
import {SITES, threeSites} from "./three-sites.ts";

let fleet: Fleet | null = null;

/** Opens libp2p networks on loopback, each of which is told of those before it. */
function onLoopback(): (options: NetworkOptions) => Promise<Network> {
  const opened: Network[] = [];
  return async (options) => {
    const network = await createLibp2pNetwork({
      ...options,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      bootstrap: opened.flatMap((other) => other.addresses()),
      mdns: false,
      knownAddresses: {},
      onAddresses() {},
    });
    opened.push(network);
    return network;
  };
}

/** The hashes that a trace's effects of one kind name. */
function hashesIn(bytes: Uint8Array, effect: RegExp): string[] {
  return decodeTrace(bytes).entries.flatMap(({effects}) =>
    effects.flatMap((line) => {
      const [, hash] = effect.exec(line) ?? [];
      return hash === undefined ? [] : [hash];
    }),
  );
}

describe("the flight recorders of three nodes that learn asynchronously over libp2p", () => {
  afterEach(() => fleet?.close());

  it.each(casesOf(["push-sum", "swap"] as const, 2))(
    "replay to every recorded effect and hash: %s",
    async (exchange) => {
      const consortium = await threeSites({
        rounds: 2,
        mixing: {
          mode: "async",
          exchange,
          partners: "random",
          units: 6,
          abandonSeconds: 30,
          codec: "fp16",
          robust: "none",
        },
      });
      fleet = new Fleet(consortium, {openNetwork: onLoopback()});
      await fleet.startAll();
      const running = fleet;
      const outcomes = await Promise.all(SITES.map((site) => running.nodeOf(site).outcome));
      await fleet.close();
      const folder = `/state/runs/${runId(consortium.plan.hash, 1)}/traces`;
      const traces = await Promise.all(
        SITES.map(async (site) => {
          const disk = await running.diskOf(site);
          const [name = "", ...more] = await disk.list(folder);
          expect(more).toEqual([]);
          return (await disk.read(`${folder}/${name}`)) ?? new Uint8Array();
        }),
      );
      const published = new Set(traces.flatMap((bytes) => hashesIn(bytes, /^publish \w+ (\w+)$/)));
      const mixtures = new Set(traces.flatMap((bytes) => hashesIn(bytes, /^publish mixture (\w+)$/)));
      const fetched = traces.map((bytes) => hashesIn(bytes, /^fetch #\d+ (\w+) /));
      // How many mixtures each node fetches hangs on the machine's speed; that some are, and none that nobody has, does not.
      expect(fetched.flat().filter((hash) => mixtures.has(hash)).length).toBeGreaterThan(0);
      expect(fetched.flat().filter((hash) => !published.has(hash))).toEqual([]);
      for (const [index, bytes] of traces.entries()) {
        const report = replayTrace(bytes);
        expect(report).toMatchObject({node: SITES[index], divergence: null, isTorn: false});
        expect(report.replayed).toBe(report.recorded);
        expect(report.recorded).toBeGreaterThan(100);
        const certified = hashesIn(bytes, /^certified round \d+ (\w+)$/);
        expect(certified.at(-1)).toBe(outcomes[index]?.certificate.body.result);
      }
    },
  );
});
