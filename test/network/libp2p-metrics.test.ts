import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {createMetricRegistry, type MetricRegistry} from "../../src/core/index.ts";
import {KNOWN_METRICS} from "../../src/network/libp2p/host/known-metrics.ts";
import {createLibp2pMetrics} from "../../src/network/libp2p/host/libp2p-metrics.ts";
import {peersOf} from "./fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";

/** Counters that stand still as long as nothing goes wrong. */
const OF_FAULTS = /_errors?_total$/;

const samplesOf = (registry: MetricRegistry): string[] =>
  registry
    .expose()
    .split("\n")
    .filter((line) => line.startsWith("libp2p_"));

const sumOf = (registry: MetricRegistry, name: string): number =>
  samplesOf(registry)
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);

describe("libp2p's own metrics of two linked members", () => {
  const registries = [createMetricRegistry(), createMetricRegistry()] as const;
  let members: readonly string[];
  let world: Libp2pWorld;

  beforeEach(async () => {
    members = await peersOf(2);
    world = libp2pWorld(members);
    const [one, two] = registries;
    const first = await world.start(0, {meter: one});
    const second = await world.start(1, {meter: two});
    const isUp = ({kind}: {kind: string}): boolean => kind === "up";
    await first.until(() => first.events.some(isUp));
    await second.until(() => second.events.some(isUp));
  });
  afterEach(() => world.close());

  it("are in each one's registry, under the names that libp2p still uses, and name no peer, address or stranger", async () => {
    const [one, two] = registries;
    const atWork = KNOWN_METRICS.map(({name}) => name).filter(
      (name) => !OF_FAULTS.test(name) && name !== "libp2p_dial_queue_dials",
    );
    const idle = (): string[] => atWork.filter((name) => sumOf(one, name) + sumOf(two, name) === 0);
    await vi.waitFor(() => expect(idle()).toEqual([]), {timeout: 30_000});
    expect(sumOf(one, "libp2p_connections")).toBeGreaterThan(0);
    expect(sumOf(two, "libp2p_connections")).toBeGreaterThan(0);
    expect(samplesOf(one).join("\n")).toContain('libp2p_dial_queue_dials{state="running"} 0');
    for (const registry of registries) {
      const text = samplesOf(registry).join("\n");
      expect(text).toMatch(/libp2p_streams_opened_total\{direction="(in|out)bound",protocol="link"\} [1-9]/);
      for (const told of [...members, "12D3", "/ip4", "127.0.0.1", '"other"'])
        expect(text).not.toContain(told);
    }
  });
});

describe("a figure of libp2p's", () => {
  it("is drawn when it is asked for, without what has gone, and the next time where it takes time", async () => {
    const registry = createMetricRegistry();
    const metrics = createLibp2pMetrics(registry);
    let streams: Record<string, number> = {"inbound /consilium/link/2.0.0": 2, "outbound /x/1": 1};
    metrics.registerMetricGroup("libp2p_protocol_streams_total", {calculate: () => streams});
    metrics.registerMetricGroup("libp2p_dial_queue", {
      calculate: async () => ({size: 5, running: 2, queued: 3}),
    });
    const lines = (name: string): string[] => samplesOf(registry).filter((line) => line.startsWith(name));
    expect(lines("libp2p_protocol_streams")).toEqual([
      'libp2p_protocol_streams{direction="inbound",protocol="link"} 2',
      'libp2p_protocol_streams{direction="outbound",protocol="other"} 1',
    ]);
    streams = {};
    await Promise.resolve();
    expect(lines("libp2p_protocol_streams")).toEqual([]);
    expect(lines("libp2p_dial_queue_dials")).toEqual([
      'libp2p_dial_queue_dials{state="running"} 2',
      'libp2p_dial_queue_dials{state="queued"} 3',
    ]);
  });

  it("has few labels whatever a peer sends, and is dropped where it is not known", () => {
    const registry = createMetricRegistry();
    const metrics = createLibp2pMetrics(registry);
    const requests = metrics.registerCounterGroup("libp2p_kad_dht_inbound_rpc_requests_total");
    const unknown = metrics.registerCounterGroup("libp2p_of_a_later_version_total");
    for (let index = 0; index < 100; index += 1) {
      requests.increment({[`made up ${index}`]: true});
      unknown.increment({[`made up ${index}`]: true});
    }
    requests.increment({FIND_NODE: 3});
    const seen = samplesOf(registry).filter((line) => line.includes("inbound_rpc_requests_total{"));
    expect(seen).toEqual([
      'libp2p_kad_dht_inbound_rpc_requests_total{operation="other"} 100',
      'libp2p_kad_dht_inbound_rpc_requests_total{operation="find_node"} 3',
    ]);
    expect(registry.expose()).not.toContain("later_version");
  });

  it("hands back what it is to trace, as it is", () => {
    const metrics = createLibp2pMetrics(createMetricRegistry());
    const traced = async (): Promise<number> => 1;
    expect(metrics.traceFunction("name", traced)).toBe(traced);
  });
});
