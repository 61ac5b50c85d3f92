import {once} from "node:events";
import {type AddressInfo, connect, createServer} from "node:net";
import {selfSigned} from "./certificate.ts";
import {type Child, launch} from "./child.ts";
import type {ExchangePeer} from "./exchange-peer.ts";
import {type Figure, RUNS, rounded} from "./figure.ts";

const ENTRY = new URL("./exchange-peer.ts", import.meta.url);
const GOODPUT_BAR = 0.9;
/** The first pass pays for compilation and for fresh memory on both sides. */
const WARM_UP_RUNS = 2;

/** A TCP relay that counts all that passes. */
interface Relay {
  readonly port: number;
  bytes(): number;
  close(): void;
}

async function openRelay(target: number): Promise<Relay> {
  let bytes = 0;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (part) => {
        bytes += part.byteLength;
      });
      from.pipe(to);
      from.on("error", () => to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const {port} = server.address() as AddressInfo;
  return {port, bytes: () => bytes, close: () => server.close()};
}

/** Two peers, linked by libp2p and by TLS. */
interface Pair {
  readonly giver: Child<ExchangePeer>;
  readonly taker: Child<ExchangePeer>;
}

type PortOf = (port: number) => Promise<number>;

async function link({giver, taker}: Pair, {libp2pPort, tlsPort}: {libp2pPort: PortOf; tlsPort: PortOf}) {
  const [address = ""] = await giver.call("open", {index: 0, bootstrap: []});
  const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
  const bootstrap = [address.replace(`/tcp/${port}`, `/tcp/${await libp2pPort(port)}`)];
  await taker.call("open", {index: 1, bootstrap});
  await Promise.all([giver.call("linked", undefined), taker.call("linked", undefined)]);
  const tls = await giver.call("listenTls", selfSigned());
  await taker.call("connectTls", {...tls, port: await tlsPort(tls.port)});
}

/** Passes 100 MB from one to the other. @returns how long it took, in milliseconds */
async function pass({giver, taker}: Pair, way: "" | "Tls"): Promise<number> {
  const taken = taker.call(`take${way}`, undefined);
  const [startMs, endMs] = await Promise.all([giver.call(`give${way}`, undefined), taken]);
  return endMs - startMs;
}

async function withPair<Result>(action: (pair: Pair) => Promise<Result>): Promise<Result> {
  const pair = {giver: launch<ExchangePeer>(ENTRY), taker: launch<ExchangePeer>(ENTRY)};
  try {
    return await action(pair);
  } finally {
    await Promise.all([pair.giver.stop(), pair.taker.stop()]);
  }
}

/**
 * Goodput of an exchange against raw TLS 1.3 over the same 100 MB, from the first step of encoding to the last
 * decoded value. Both receivers fill one buffer of 100 MB that they use again. The sides alternate within each run.
 */
export async function measureGoodput(): Promise<Figure[]> {
  return await withPair(async (pair) => {
    const asItIs: PortOf = async (port) => port;
    await link(pair, {libp2pPort: asItIs, tlsPort: asItIs});
    const runs: {ours: number; tls: number}[] = [];
    for (let run = -WARM_UP_RUNS; run < RUNS; run++) {
      const tls = await pass(pair, "Tls");
      const ours = await pass(pair, "");
      if (run >= 0) runs.push({ours, tls});
    }
    if ((await pair.taker.call("excess", undefined)) > 0) throw new Error("the values arrived changed");
    const best = (side: "ours" | "tls"): number => Math.min(...runs.map((run) => run[side]));
    const ratios = runs.map(({ours, tls}) => rounded(tls / ours));
    const speed = (side: "ours" | "tls", name: string): Figure => ({
      name: `exchange/goodput-${name}`,
      value: rounded(1e5 / best(side)),
      unit: "MB/s",
      reference: null,
      runs: runs.map((run) => rounded(1e5 / run[side])),
    });
    return [
      {
        name: "exchange/goodput-vs-tls",
        value: Math.max(...ratios),
        unit: "ratio",
        reference: GOODPUT_BAR,
        runs: ratios,
      },
      speed("ours", "libp2p"),
      speed("tls", "tls"),
    ];
  });
}

/** Bytes that an exchange puts on the wire against those of raw TLS 1.3, counted by relays in between. */
export async function measureWireBytes(): Promise<Figure[]> {
  return await withPair(async (pair) => {
    const relays = new Map<"" | "Tls", Relay>();
    const relayed =
      (way: "" | "Tls"): PortOf =>
      async (port) => {
        const relay = await openRelay(port);
        relays.set(way, relay);
        return relay.port;
      };
    await link(pair, {libp2pPort: relayed(""), tlsPort: relayed("Tls")});
    const count = async (way: "" | "Tls"): Promise<number> => {
      const before = relays.get(way)?.bytes() ?? 0;
      await pass(pair, way);
      return (relays.get(way)?.bytes() ?? 0) - before;
    };
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run++) runs.push((await count("")) / (await count("Tls")));
    for (const relay of relays.values()) relay.close();
    return [
      {
        name: "exchange/wire-bytes-vs-tls",
        value: rounded(Math.max(...runs)),
        unit: "ratio",
        reference: null,
        runs: runs.map(rounded),
      },
    ];
  });
}
