import {createServer} from "node:net";
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from "vitest";
import {systemClock} from "../../src/core/index.ts";
import {createPeerProbe, type PeerId, type PeerProbe} from "../../src/network/index.ts";
import {peersOf} from "./fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";

const LIMIT_MS = 3000;

describe("a probe of addresses", () => {
  let members: PeerId[];
  let world: Libp2pWorld;
  let probe: PeerProbe;

  beforeEach(async () => {
    members = await peersOf(2);
    world = libp2pWorld(members);
    probe = await createPeerProbe(systemClock);
  });
  afterEach(async () => {
    await probe.close();
    await world.close();
  });

  it("learns who is there, whatever id the address names, and leaves no trace at the member", async () => {
    const member = await world.start(0);
    const [address = ""] = member.network.addresses();
    for (const asked of [
      address,
      address.replace(/\/p2p\/.*/, ""),
      address.replace(member.peer, members[1] ?? ""),
    ]) {
      expect(await probe.ask(asked, LIMIT_MS), asked).toMatchObject({kind: "peer", peer: member.peer});
    }
    expect(member.events).toEqual([]);
    expect(member.network.totals()).toEqual({bytesSent: 0, bytesReceived: 0});
  });

  it("finds by name too", async () => {
    const member = await world.start(0);
    const port = /\/tcp\/(\d+)/.exec(member.network.addresses()[0] ?? "")?.[1];
    expect(await probe.ask(`/dns4/localhost/tcp/${port}`, LIMIT_MS)).toMatchObject({peer: member.peer});
  });

  it("tells a port where nobody listens from one where no node does", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.resume().end("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await probe.ask(`/ip4/127.0.0.1/tcp/${port}`, LIMIT_MS)).toEqual({kind: "foreign"});
    await new Promise((resolve) => server.close(resolve));
    expect(await probe.ask(`/ip4/127.0.0.1/tcp/${port}`, LIMIT_MS)).toEqual({
      kind: "unreachable",
      reason: "ECONNREFUSED",
    });
  });

  it("refuses what is no address of TCP", async () => {
    await expect(probe.ask("/ip4/127.0.0.1/udp/1", LIMIT_MS)).rejects.toMatchObject({
      code: "NETWORK_BOOTSTRAP_ADDRESS_INVALID",
    });
  });
});
