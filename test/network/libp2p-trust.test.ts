import {connect} from "node:net";
import {multiaddr} from "@multiformats/multiaddr";
import type {Libp2p} from "libp2p";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {systemClock} from "../../src/core/index.ts";
import {encodeBlobHeader} from "../../src/network/blobs/blob-wire.ts";
import {createFrameReader, encodeLinkFrame} from "../../src/network/frame.ts";
import {decodeHello, decodeRefused, encodeHandshake} from "../../src/network/handshake.ts";
import type {PeerId} from "../../src/network/index.ts";
import {YAMUX_SETTINGS} from "../../src/network/libp2p/host/host.ts";
import {BLOB_PROTOCOL, LINK_PROTOCOL, onStreamBytes} from "../../src/network/libp2p/streams.ts";
import {bytesOf, peersOf, releaseOf} from "./fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";
import {rawPeer} from "./raw-peer.ts";

/** Lets the node under test open its control stream, and answers nothing. */
const listenInSilence = (rogue: Libp2p): Promise<void> => rogue.handle(LINK_PROTOCOL, () => {});

describe("the roster check of a libp2p node", () => {
  let members: PeerId[];
  let world: Libp2pWorld;
  const ends: (() => unknown)[] = [];

  beforeEach(async () => {
    members = await peersOf(3);
    world = libp2pWorld(members.slice(0, 2));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await world.close();
  });

  it("gives a node outside the roster no stream and no application byte, though it knows the address", async () => {
    const a = await world.start(0);
    const stranger = await rawPeer(2);
    ends.push(() => stranger.stop());
    let streams = 0;
    await stranger.handle([LINK_PROTOCOL, BLOB_PROTOCOL], () => void (streams += 1));
    for (const protocol of [LINK_PROTOCOL, BLOB_PROTOCOL, "/ipfs/id/1.0.0", "/consilium/kad/1.0.0"]) {
      let bytes = 0;
      const addresses = a.network.addresses().map((address) => multiaddr(address));
      const connection = await stranger.dial(addresses).catch(() => undefined);
      const stream = await connection?.newStream(protocol).catch(() => undefined);
      stream?.addEventListener("message", (event) => void (bytes += event.data.byteLength));
      await vi.waitFor(() => expect(stranger.getConnections(), protocol).toEqual([]), {interval: 5});
      expect(bytes, protocol).toBe(0);
    }
    expect(streams).toBe(0);
    expect(a.network.totals()).toEqual({bytesSent: 0, bytesReceived: 0});
  });

  it("opens no stream to a node outside the roster, though bootstrap addresses lead to it", async () => {
    const stranger = await rawPeer(2, ["/ip4/127.0.0.1/tcp/0"]);
    ends.push(() => stranger.stop());
    const addresses = stranger.getMultiaddrs().map((address) => address.toString());
    let streams = 0;
    await stranger.handle([LINK_PROTOCOL, BLOB_PROTOCOL], () => void (streams += 1));
    const left = new Promise((resolve) => stranger.addEventListener("connection:close", resolve));
    const a = await world.start(0, {
      bootstrap: [...addresses, ...addresses.map((address) => address.replace(/\/p2p\/.*/, ""))],
    });
    const b = await world.start(1);
    await Promise.all([a.upWith(b), b.upWith(a), left]);
    expect(streams).toBe(0);
    expect(a.network.links().map(({peer}) => peer)).toEqual([b.peer]);
    expect(a.lines.map(({message}) => message)).toContain("bootstrap address of no member is left out");
  });

  it("gives a member whose key has expired no stream and no application byte", async () => {
    const [, expired = ""] = members;
    const a = await world.start(0, {expiries: new Map([[expired, Date.now()]])});
    const b = await world.start(1);
    await b.until(() => b.linkTo(a.peer).status === "down" && b.linkTo(a.peer).lastError !== null);
    await vi.waitFor(() => expect(a.linkTo(expired).lastError).toBe("NETWORK_KEY_EXPIRED"), {interval: 5});
    expect([a.events, b.events]).toEqual([[], []]);
    expect(a.network.totals()).toEqual({bytesSent: 0, bytesReceived: 0});
  });

  it("ends the link of a member with the moment in which its key expires", async () => {
    const [, expiring = ""] = members;
    let shiftMs = 0;
    const clock = {...systemClock, wallMs: () => systemClock.wallMs() + shiftMs};
    const expiries = new Map([[expiring, Date.now() + 3_600_000]]);
    const a = await world.start(0, {clock, expiries, limits: {heartbeatMs: 20}});
    const b = await world.start(1, {limits: {heartbeatMs: 20}});
    await Promise.all([a.upWith(b), b.upWith(a)]);
    shiftMs = 3_600_001;
    await a.until(() => a.linkTo(expiring).status === "down");
    expect(a.events.at(-1)).toMatchObject({kind: "down", peer: expiring, reason: "NETWORK_KEY_EXPIRED"});
  });

  /** Connects a bare host with a member's key, which may then break every rule. */
  const startRogue = async (prepare: (rogue: Libp2p) => unknown = listenInSilence) => {
    const a = await world.start(0);
    const rogue = await rawPeer(1);
    ends.push(() => rogue.stop());
    await prepare(rogue);
    const connection = await rogue.dial(a.network.addresses().map((address) => multiaddr(address)));
    const closed = new Promise<void>((resolve) => connection.addEventListener("close", () => resolve()));
    return {a, connection, closed};
  };

  it("serves no blob to a member that did not pass the handshake", async () => {
    const {a, connection} = await startRogue();
    const blob = releaseOf(bytesOf(1000));
    a.network.publish(blob);
    const stream = await connection.newStream(BLOB_PROTOCOL);
    let bytes = 0;
    stream.addEventListener("message", (event) => void (bytes += event.data.byteLength));
    const ended = new Promise((resolve) => stream.addEventListener("close", resolve));
    if (stream.status === "open") {
      stream.send(encodeBlobHeader({hash: blob.hash, offset: 0, length: 1000}));
      await ended;
    }
    expect(bytes).toBe(0);
  });

  it.each([
    ["data before the handshake", encodeLinkFrame("data", Uint8Array.of(1))],
    ["a hello that is no CBOR", encodeLinkFrame("hello", Uint8Array.of(0xff, 0xff))],
    ["an unknown kind of frame", Uint8Array.of(0, 0, 0, 1, 99)],
    ["a frame of 4 GB", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1)],
    ["random bytes", bytesOf(5_000)],
  ])("takes the connection from a member that sends %s, counts it, and lives on", async (_, bytes) => {
    const {a, connection, closed} = await startRogue();
    const stream = await connection.newStream(LINK_PROTOCOL);
    stream.send(bytes);
    await closed;
    expect(a.linkTo(members[1] ?? "")).toMatchObject({status: "down", violations: 1});
    expect(a.linkTo(members[1] ?? "").lastError).toMatch(/NETWORK_FRAME_(MALFORMED|TOO_LARGE)/);
    expect(a.events).toEqual([]);
    const b = await world.start(1);
    await Promise.all([a.upWith(b), b.upWith(a)]);
  });

  it("refuses a member whose stream windows differ: a stream between them would break", async () => {
    const read: string[] = [];
    let onRefused = (): void => {};
    const refused = new Promise<void>((resolve) => {
      onRefused = resolve;
    });
    const reader = createFrameReader(
      () => 1000,
      (kind, payload) => {
        read.push(kind === "refused" ? decodeRefused(payload).field : kind);
        if (kind === "refused") onRefused();
      },
    );
    const {a, connection} = await startRogue((rogue) =>
      rogue.handle(LINK_PROTOCOL, (stream) => onStreamBytes(stream, (bytes) => reader.push(bytes))),
    );
    const window = YAMUX_SETTINGS.streamOptions.initialStreamWindowSize / 4;
    const terms = {consortium: "c0ffee", run: "run-1", layout: "abcdef"};
    const stream = await connection.newStream(LINK_PROTOCOL);
    stream.send(encodeLinkFrame("hello", encodeHandshake({minor: 0, session: 1, window, terms})));
    await refused;
    expect(read).toEqual(["hello", "window"]);
    expect(a.linkTo(members[1] ?? "")).toMatchObject({
      lastError: "NETWORK_HANDSHAKE_MISMATCH",
      lastErrorDetail: "window",
    });
    expect(a.events).toEqual([]);
  });

  it("links with a member of a later minor version, which it need not know", async () => {
    let session = 0;
    const heard: string[] = [];
    let onHello = (): void => {};
    const greeted = new Promise<void>((resolve) => {
      onHello = resolve;
    });
    const reader = createFrameReader(
      () => 1000,
      (kind, payload) => {
        heard.push(kind);
        if (kind !== "hello") return;
        session = decodeHello(payload).session;
        onHello();
      },
    );
    const {a, connection} = await startRogue((rogue) =>
      rogue.handle(LINK_PROTOCOL, (stream) => onStreamBytes(stream, (bytes) => reader.push(bytes))),
    );
    const window = YAMUX_SETTINGS.streamOptions.initialStreamWindowSize;
    const terms = {consortium: "c0ffee", run: "run-1", layout: "abcdef"};
    const stream = await connection.newStream(LINK_PROTOCOL);
    stream.send(encodeLinkFrame("hello", encodeHandshake({minor: 1, session: 1, window, terms})));
    await greeted;
    stream.send(encodeLinkFrame("welcome", encodeHandshake({session})));
    await a.until(() => a.linkTo(members[1] ?? "").status === "up");
    expect(a.linkTo(members[1] ?? "").lastError).toBeUndefined();
    await vi.waitFor(() => expect(heard.slice(0, 2)).toEqual(["hello", "welcome"]), {interval: 5});
  });

  it("lives on when a stranger speaks another protocol on its port", async () => {
    const a = await world.start(0);
    const port = Number(/tcp\/(\d+)/.exec(a.network.addresses()[0] ?? "")?.[1]);
    for (const noiseOf of [bytesOf(10_000), new Uint8Array(10_000), Buffer.from("GET / HTTP/1.1\r\n\r\n")]) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => socket.end(noiseOf));
        socket.on("error", () => {});
        socket.on("close", () => resolve());
        socket.resume();
      });
    }
    const b = await world.start(1);
    await Promise.all([a.upWith(b), b.upWith(a)]);
    expect(a.events).toEqual([{kind: "up", peer: b.peer}]);
  });
});
