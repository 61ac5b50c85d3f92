import {connect, createServer} from "node:net";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import type {PeerId} from "../../src/network/index.ts";
import {
  CONNECTION_MONITOR_SETTINGS,
  connectionManagerSettings,
  YAMUX_SETTINGS,
} from "../../src/network/libp2p/host/host.ts";
import {rendezvousCid} from "../../src/network/libp2p/mesh/locator.ts";
import {peerOf, peersOf, type TestMember, witness} from "./fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";
import {portOf} from "./raw-peer.ts";

/** Resolves when every member has a link to every other. */
const meshed = (members: readonly TestMember[]): Promise<unknown> =>
  Promise.all(members.flatMap((a) => members.filter((b) => b !== a).map((b) => a.upWith(b))));

/** A TCP port of loopback that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address === null || typeof address === "string" ? 0 : address.port;
}

describe("discovery over libp2p", () => {
  let members: PeerId[];
  let world: Libp2pWorld;

  beforeEach(async () => {
    members = await peersOf(5);
    world = libp2pWorld(members);
  });
  afterEach(() => world.close());

  it("finds all from one address; when that node is gone the rest go on, and a newcomer gets in by another", async () => {
    const first = await world.start(0, {bootstrap: []});
    const bootstrap = first.network.addresses();
    const rest = await Promise.all([1, 2, 3].map((index) => world.start(index, {bootstrap})));
    await meshed([first, ...rest]);
    await first.network.close();
    await Promise.all(rest.map((member) => member.until(() => member.linkTo(first.peer).status === "down")));
    const newcomer = await world.start(4, {bootstrap: rest[1]?.network.addresses() ?? []});
    await meshed([...rest, newcomer]);
    for (const member of rest) {
      const downs = member.events.filter(({kind}) => kind === "down");
      expect(downs.map(({peer}) => peer)).toEqual([first.peer]);
    }
  });

  it("lets two find each other through a member whose plan is another", async () => {
    const {options} = await witness(0, members);
    const handshake = {...options.handshake, run: "another run"};
    const foreign = await world.start(0, {bootstrap: [], handshake});
    const bootstrap = foreign.network.addresses();
    const one = await world.start(1, {bootstrap});
    await one.until(() => one.linkTo(foreign.peer).lastError === "NETWORK_HANDSHAKE_MISMATCH");
    const other = await world.start(2, {bootstrap});
    await meshed([one, other]);
    expect(one.linkTo(foreign.peer)).toMatchObject({status: "down", lastErrorDetail: "run"});
  });

  it("takes an address without an id as well", async () => {
    const first = await world.start(0);
    const bootstrap = first.network.addresses().map((address) => address.replace(/\/p2p\/.*/, ""));
    const second = await world.start(1, {bootstrap});
    await meshed([first, second]);
    expect(second.events).toEqual([{kind: "up", peer: first.peer}]);
  });

  it("reaches a member that starts only after the first dials have failed", async () => {
    const port = await freePort();
    const early = await world.start(0, {bootstrap: [`/ip4/127.0.0.1/tcp/${port}/p2p/${await peerOf(1)}`]});
    await early.until(() => early.lines.filter(({message}) => message === "dial failed").length >= 2);
    const late = await world.start(1, {bootstrap: [], listen: [`/ip4/127.0.0.1/tcp/${port}`]});
    await meshed([early, late]);
    expect(early.linkTo(late.peer)).toMatchObject({status: "up", lastError: undefined});
  });

  it("hands out the addresses it learnt, with which it finds the others without any bootstrap", async () => {
    const learnt: Record<PeerId, readonly string[]> = {};
    const first = await world.start(0);
    const second = await world.start(1, {
      onAddresses: (peer, addresses) => {
        learnt[peer] = addresses;
      },
    });
    await meshed([first, second]);
    await vi.waitFor(() => expect(learnt[first.peer]).toEqual(first.network.addresses()));
    await second.network.close();
    const again = await world.start(1, {bootstrap: [], knownAddresses: learnt});
    await meshed([first, again]);
  });

  it("makes one link of two dials at once, and it stays", async () => {
    const ports = [await freePort(), await freePort()];
    const address = (index: number): string => `/ip4/127.0.0.1/tcp/${ports[index]}/p2p/${members[index]}`;
    const [a, b] = await Promise.all(
      [0, 1].map((index) =>
        world.start(index, {listen: [`/ip4/127.0.0.1/tcp/${ports[index]}`], bootstrap: [address(1 - index)]}),
      ),
    );
    if (a === undefined || b === undefined) throw new Error("two members were started");
    await meshed([a, b]);
    for (let index = 0; index < 200; index++) {
      expect(a.network.send(b.peer, Uint8Array.of(index)), `frame ${index}`).toBe(true);
      expect(b.network.send(a.peer, Uint8Array.of(index)), `frame ${index}`).toBe(true);
    }
    for (const end of [a, b]) {
      await end.until(() => end.frames.length === 200);
      expect(end.frames.map(({frame}) => frame[0])).toEqual([...Array(200).keys()]);
      expect(end.events.map(({kind}) => kind)).toEqual(["up"]);
    }
  });

  it("lists the roster and nobody else, whoever provides under the rendezvous key", async () => {
    const a = await world.start(0, {members: members.slice(0, 3)});
    const b = await world.start(1, {members: members.slice(0, 3)});
    await meshed([a, b]);
    expect(a.network.links().map(({peer}) => peer)).toEqual(members.slice(1, 3));
    expect(rendezvousCid(new Uint8Array(32).fill(7)).toString()).toBe(
      "bafkreiclwbxy4tr2o4k5eaovopikuqrxmlsv3k6wdiwaej4puvwmnuuu4a",
    );
  });

  it("closes its port and its connections", async () => {
    const a = await world.start(0);
    const port = portOf(a.network.addresses()[0] ?? "");
    await a.network.close();
    const refused = await new Promise((resolve) => {
      connect(port, "127.0.0.1").on("error", (error) => resolve(Reflect.get(error, "code")));
    });
    expect(refused).toBe("ECONNREFUSED");
  });
});

describe("what cannot start", () => {
  let world: Libp2pWorld;
  beforeEach(async () => {
    world = libp2pWorld(await peersOf(2));
  });
  afterEach(() => world.close());

  it.each([
    ["nonsense", "NETWORK_LISTEN_ADDRESS_INVALID"],
    ["/ip4/300.1.1.1/tcp/1", "NETWORK_LISTEN_ADDRESS_INVALID"],
    ["/ip4/127.0.0.1/udp/4001", "NETWORK_LISTEN_ADDRESS_INVALID"],
    ["/ip4/203.0.113.77/tcp/0", "NETWORK_LISTEN_FAILED"],
  ])("says so of the listen address %s", async (address, code) => {
    await expect(world.start(0, {listen: [address]})).rejects.toMatchObject({
      code,
      message: expect.stringContaining(address),
    });
  });

  it("says so of a port in use, and of a bootstrap address, naming them", async () => {
    const a = await world.start(0);
    const taken = `/ip4/127.0.0.1/tcp/${portOf(a.network.addresses()[0] ?? "")}`;
    await expect(world.start(1, {listen: [taken]})).rejects.toMatchObject({
      code: "NETWORK_PORT_IN_USE",
      message: expect.stringContaining(taken),
    });
    await expect(world.start(1, {bootstrap: ["hospital-a:4001"]})).rejects.toMatchObject({
      code: "NETWORK_BOOTSTRAP_ADDRESS_INVALID",
      message: expect.stringContaining("hospital-a:4001"),
    });
  });

  it("says so of a key that is not this node's, and of a roster with a malformed id", async () => {
    const peerId = await peerOf(0);
    await expect(
      world.start(0, {identity: {peerId, privateKeySeed: new Uint8Array(32).fill(99)}}),
    ).rejects.toMatchObject({code: "NETWORK_IDENTITY_MISMATCH"});
    await expect(world.start(0, {members: [peerId, "12D3KooWnonsense"]})).rejects.toMatchObject({
      code: "NETWORK_PEER_ID_INVALID",
      message: expect.stringContaining("12D3KooWnonsense"),
    });
  });
});

describe("the settings of libp2p", () => {
  it("let a paused reader hold a whole window, and windows grow", () => {
    const {maxReadBufferLength, maxStreamWindowSize, initialStreamWindowSize} = YAMUX_SETTINGS.streamOptions;
    expect(maxReadBufferLength).toBeGreaterThanOrEqual(maxStreamWindowSize);
    expect(maxStreamWindowSize).toBeGreaterThan(initialStreamWindowSize);
    expect(YAMUX_SETTINGS.enableKeepAlive).toBe(true);
  });

  it("do not take a blocked event loop for a dead peer, nor members that return together for an attack", () => {
    expect(CONNECTION_MONITOR_SETTINGS.abortConnectionOnPingFailure).toBe(false);
    expect(CONNECTION_MONITOR_SETTINGS.pingTimeout.minTimeout).toBeGreaterThanOrEqual(60_000);
    for (const members of [4, 24, 1024]) {
      const {inboundConnectionThreshold, maxIncomingPendingConnections, maxConnections} =
        connectionManagerSettings(members);
      expect(inboundConnectionThreshold).toBeGreaterThanOrEqual(50 + members);
      expect(maxIncomingPendingConnections).toBeGreaterThanOrEqual(50 + members);
      expect(maxConnections).toBeGreaterThanOrEqual(2 * members);
    }
  });

  it("find what Node 20 lacks", () => {
    expect(typeof Reflect.get(Promise, "withResolvers")).toBe("function");
    const difference: unknown = Reflect.get(Set.prototype, "difference");
    expect(Reflect.apply(difference as () => unknown, new Set([1, 2, 3]), [new Set([2])])).toEqual(
      new Set([1, 3]),
    );
  });
});
