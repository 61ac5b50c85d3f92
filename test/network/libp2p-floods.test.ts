import {connect, type Socket} from "node:net";
import {setFlagsFromString} from "node:v8";
import {runInNewContext} from "node:vm";
import {multiaddr} from "@multiformats/multiaddr";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {createMetricRegistry, type MetricRegistry, sha256, toHex} from "../../src/core/index.ts";
import {DEFAULT_LIMITS, type PeerId} from "../../src/network/index.ts";
import {LINK_PROTOCOL} from "../../src/network/libp2p/streams.ts";
import {encodeFrame} from "../../src/rounds/index.ts";
import {FRAMES} from "../gossip/frame-examples.ts";
import {runs} from "../setup/thorough.ts";
import {bytesOf, noAbort, peersOf, releaseOf, type TestMember} from "./fixture.ts";
import {type Libp2pChanges, type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";
import {quickClock} from "./quick-clock.ts";
import {portOf, rawPeer} from "./raw-peer.ts";

const KEPT_OUT = "a member is kept out for a time";
const SHORT =
  "all places for incomplete connections are taken: somebody opens many connections and sends nothing";

/** A join takes seconds on a busy machine, and a minute where half-open connections keep their places. */
const LONGEST_JOIN_MS = 10_000;

/** A return by the quick clock; by the machine's own it is a quarter. */
const LONGEST_RETURN_MS = 40_000;

/** Connections that one member opens. */
const MANY = runs(60, 300);

let members: PeerId[];
let world: Libp2pWorld;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  members = await peersOf(4);
  world = libp2pWorld(members);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await world.close();
});

const startThree = async (changes: Libp2pChanges = {}): Promise<[TestMember, TestMember, TestMember]> => {
  const [a, b, c] = [
    await world.start(0, changes),
    await world.start(1, changes),
    await world.start(2, changes),
  ];
  await Promise.all([a.upWith(b), a.upWith(c), b.upWith(a), c.upWith(a), b.upWith(c), c.upWith(b)]);
  return [a, b, c];
};

const example = (type: string): Uint8Array => {
  const frame = Object.values(FRAMES).find((one) => one.type === type);
  if (frame === undefined) throw new Error(`no example of ${type}`);
  return encodeFrame(frame);
};

/** Sends `frame` again and again until the link is gone. */
const flood = async (from: TestMember, to: TestMember, frame: Uint8Array): Promise<void> => {
  while (from.network.send(to.peer, frame)) await new Promise((resolve) => setImmediate(resolve));
};

describe("a member that floods", () => {
  it("loses its link, is named, and is let in again after 2 s, then after 4", async () => {
    const [a, b, c] = await startThree({clock: quickClock});
    for (const [offences, timeMs] of [
      [1, 2_000],
      [2, 4_000],
    ] as const) {
      await flood(b, a, example("ask"));
      const startMs = quickClock.nowMs();
      await a.until(() => a.linkTo(b.peer).exclusions === offences);
      expect(a.linkTo(b.peer)).toMatchObject({status: "down", violations: 0});
      const line = a.lines.filter(({message}) => message === KEPT_OUT).at(-1);
      expect(line?.fields).toMatchObject({
        peer: b.peer,
        code: "NETWORK_BUDGET_EXCEEDED",
        seconds: timeMs / 1000,
      });
      expect(a.linkTo(c.peer).status).toBe("up");
      await Promise.all([a.upWith(b), b.upWith(a)]);
      expect(quickClock.nowMs() - startMs).toBeGreaterThan(timeMs - 500);
      expect(quickClock.nowMs() - startMs).toBeLessThan(timeMs + LONGEST_RETURN_MS);
    }
    // Bursts of two floods, and what came back between them: for 4 members 80 a second and 320 at once.
    const spanS = 2 + 4 + (2 * LONGEST_RETURN_MS) / 1000;
    expect(a.frames.filter(({from}) => from === b.peer).length).toBeLessThan(2 * 320 + 80 * spanS);
    expect(a.events.filter(({peer}) => peer === c.peer)).toHaveLength(1);
  });

  it("does not get more of the blobs than rounds need", async () => {
    const a = await world.start(0, {limits: {...DEFAULT_LIMITS, roundBytes: 1_000}});
    const b = await world.start(1, {limits: {...DEFAULT_LIMITS, fetchAttempts: 1}});
    await Promise.all([a.upWith(b), b.upWith(a)]);
    const bytes = bytesOf(300_000);
    a.network.publish(releaseOf(bytes));
    const request = {hash: toHex(sha256(bytes)), offset: 0, length: bytes.length, signal: noAbort()};
    for (let count = 0; count < 3; count++) await b.network.fetch({from: a.peer, ...request});
    const late = b.network.fetch({from: a.peer, ...request}).catch((error: unknown) => error);
    await a.until(() => a.linkTo(b.peer).exclusions === 1);
    expect(a.lines.find(({message}) => message === KEPT_OUT)?.fields).toMatchObject({detail: "served bytes"});
    await late;
  });

  it("is asked for no more than rounds need: this node's own fetches wait", async () => {
    const a = await world.start(0, {limits: {...DEFAULT_LIMITS, roundBytes: 2_500}});
    const b = await world.start(1);
    await Promise.all([a.upWith(b), b.upWith(a)]);
    const bytes = bytesOf(600_000);
    b.network.publish(releaseOf(bytes));
    const request = {
      from: b.peer,
      hash: toHex(sha256(bytes)),
      offset: 0,
      length: bytes.length,
      signal: noAbort(),
    };
    const startMs = performance.now();
    await a.network.fetch(request);
    await a.network.fetch(request);
    // 1,200,000 of a burst of 1,048,576; the rest comes back at 200,000 a second.
    expect(performance.now() - startMs).toBeGreaterThan(500);
  });
});

it("reads no more of a member while it is paused, and all of it afterwards", async () => {
  const [a, b, c] = await startThree();
  a.network.pause(b.peer);
  for (let index = 0; index < 50; index++) b.network.send(a.peer, Uint8Array.of(index));
  // One after the other, each of which would have brought those of the paused member along.
  for (let turn = 1; turn <= 50; turn++) {
    c.network.send(a.peer, Uint8Array.of(99));
    await a.until(() => a.frames.filter(({from}) => from === c.peer).length === turn);
  }
  expect(a.frames.filter(({from}) => from === b.peer)).toEqual([]);
  a.network.resume(b.peer);
  await a.until(() => a.frames.filter(({from}) => from === b.peer).length === 50);
  expect(a.frames.filter(({from}) => from === b.peer).map(({frame}) => frame[0])).toEqual([
    ...Array(50).keys(),
  ]);
});

describe("a member's connections", () => {
  /** Opens `count` connections to `a` under the key of member 1, ten hosts beside each other; gives the hosts. */
  const openMany = async (a: TestMember, count: number) => {
    const rogues = await Promise.all(Array.from({length: Math.min(count, 10)}, () => rawPeer(1)));
    ends.push(() => Promise.all(rogues.map(async (rogue) => rogue.stop())));
    const addresses = a.network.addresses().map((address) => multiaddr(address));
    const openSome = async (rogue: (typeof rogues)[0]): Promise<void> => {
      // The node may open its link, so that it has a reason to keep a connection.
      await rogue.handle(LINK_PROTOCOL, () => {});
      for (let opened = 0; opened < count / rogues.length; opened++) {
        await rogue.dial(addresses, {force: true, signal: AbortSignal.timeout(5_000)}).catch(() => {});
      }
    };
    return {
      opened: Promise.all(rogues.map(openSome)),
      open: () => rogues.flatMap((rogue) => rogue.getConnections()).length,
    };
  };

  it("are two at most", async () => {
    const a = await world.start(0);
    const {opened, open} = await openMany(a, 6);
    await opened;
    await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(2), {timeout: 5_000});
    expect(open()).toBeGreaterThan(0);
    expect(a.linkTo(members[1] ?? "").exclusions).toBe(0);
  });

  it(`keep it out where it opens ${MANY}, and delay nobody`, async () => {
    const a = await world.start(0);
    const {opened} = await openMany(a, MANY);
    const startMs = performance.now();
    const honest = await world.start(2);
    await Promise.all([a.upWith(honest), honest.upWith(a)]);
    expect(performance.now() - startMs).toBeLessThan(8_000);
    await opened;
    await a.until(() => a.linkTo(members[1] ?? "").exclusions > 0);
    expect(a.lines.find(({message}) => message === KEPT_OUT)?.fields).toMatchObject({detail: "connections"});
  });
});

describe("an outsider with half-open connections", () => {
  /** Opens `count` TCP connections from `localAddress` and renews 28 a second; says nothing. */
  const halfOpen = (port: number, count: number, localAddress: string): Set<Socket> => {
    const sockets = new Set<Socket>();
    const open = (): void => {
      const socket = connect({port, host: "127.0.0.1", localAddress});
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      sockets.add(socket);
    };
    for (let index = 0; index < count; index++) open();
    const timer = setInterval(() => {
      if (sockets.size >= count) [...sockets][0]?.destroy();
      open();
    }, 1000 / 28);
    ends.push(() => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    });
    return sockets;
  };
  /** How many connections were closed to make room for others. */
  const displacedIn = (registry: MetricRegistry): number => {
    const line = /consilium_network_incoming_refused_total\{reason="displaced"\} (\d+)/.exec(
      registry.expose(),
    );
    return Number(line?.[1]);
  };
  const joinMs = async (a: TestMember, index: number): Promise<number> => {
    const startMs = performance.now();
    const b = await world.start(index, {bootstrap: a.network.addresses()});
    await Promise.all([a.upWith(b), b.upWith(a)]);
    return performance.now() - startMs;
  };

  it.each(["127.1.0.5", "127.0.0.1"])(
    "from %s does not keep a member out, and is told of once",
    async (from) => {
      const registry = createMetricRegistry();
      const a = await world.start(0, {meter: registry});
      await joinMs(a, 1);
      const port = portOf(a.network.addresses()[0] ?? "");
      halfOpen(port, 100, from);
      await a.until(() => a.lines.some(({message}) => message === SHORT));
      expect(await joinMs(a, 2)).toBeLessThan(LONGEST_JOIN_MS);
      await vi.waitFor(() => expect(displacedIn(registry)).toBeGreaterThan(50), {timeout: 20_000});
      expect(await joinMs(a, 3)).toBeLessThan(LONGEST_JOIN_MS);
      expect(a.lines.filter(({message}) => message === SHORT)).toHaveLength(1);
    },
  );

  it("gets 2 s for a first byte, and 5 s to say who it is", async () => {
    const a = await world.start(0, {clock: quickClock});
    const port = portOf(a.network.addresses()[0] ?? "");
    const lifeMs = (first: string): Promise<number> =>
      new Promise((resolve) => {
        const startMs = quickClock.nowMs();
        const socket = connect({port, host: "127.0.0.1"}, () => socket.write(first));
        socket.on("error", () => {});
        socket.on("close", () => resolve(quickClock.nowMs() - startMs));
        socket.resume();
      });
    const [silent, slow] = await Promise.all([lifeMs(""), lifeMs("\x13/multistream/1.0.0\n")]);
    expect(silent).toBeGreaterThan(1_500);
    expect(silent).toBeLessThan(4_000);
    expect(slow).toBeGreaterThan(4_500);
    expect(slow).toBeLessThan(8_000);
  });

  it("that comes and goes leaves nothing behind", async () => {
    setFlagsFromString("--expose_gc");
    const collect: unknown = runInNewContext("gc");
    const heap = (): number => {
      Reflect.apply(collect as () => void, undefined, []);
      return process.memoryUsage().heapUsed;
    };
    const a = await world.start(0);
    const port = portOf(a.network.addresses()[0] ?? "");
    const churn = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index += 50) {
        await Promise.all(
          Array.from(
            {length: 50},
            () =>
              new Promise<void>((resolve) => {
                const socket = connect({port, host: "127.0.0.1", localAddress: "127.1.0.6"});
                socket.on("error", () => {});
                socket.on("connect", () => setTimeout(() => socket.destroy(), 5));
                socket.on("close", () => resolve());
              }),
          ),
        );
      }
    };
    await churn(500);
    const before = heap();
    await churn(3_000);
    expect(heap() - before).toBeLessThan(12 * 1024 * 1024);
  });
});
