import {createServer, type Server} from "node:net";
import {multiaddr} from "@multiformats/multiaddr";
import {afterEach, beforeEach, expect, it, vi} from "vitest";
import type {PeerId} from "../../src/network/index.ts";
import {peersOf, seedOf} from "./fixture.ts";
import {type Libp2pWorld, libp2pWorld} from "./libp2p-world.ts";
import {lyingHost} from "./raw-peer.ts";

let members: PeerId[];
let world: Libp2pWorld;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  members = await peersOf(3);
  world = libp2pWorld(members);
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await world.close();
});

/** A service inside the hospital that nobody outside should reach, and how many have called. */
async function internalService(): Promise<{port: number; calls(): number}> {
  let calls = 0;
  const server: Server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {port: address.port, calls: () => calls};
}

it("16 internal addresses of a member, in Kademlia's answers, identify and records, are dialled by nobody", async () => {
  const [, mallory = "", absent = ""] = members;
  const services = await Promise.all(Array.from({length: 12}, internalService));
  const internal = [
    ...services.map(({port}) => `/ip4/127.0.0.1/tcp/${port}`),
    `/ip6/::ffff:127.0.0.1/tcp/${services[0]?.port}`,
    `/dns4/localhost/tcp/${services[1]?.port}`,
    "/ip4/169.254.169.254/tcp/80",
    "/ip6/fd00:ec2::254/tcp/80",
  ];
  const told = {kademlia: 0, record: 0};
  const rogue = await lyingHost(seedOf(1), {
    ofItself: internal,
    ofOther: {peer: absent, addresses: internal},
    onTold: (by) => void (told[by] += 1),
  });
  ends.push(() => rogue.stop());
  const kept: string[] = [];
  const a = await world.start(0, {
    // As a hospital listens: then loopback is this machine's own, and no member's.
    listen: ["/ip4/0.0.0.0/tcp/0"],
    bootstrap: [],
    knownAddresses: {[absent]: internal, [mallory]: internal},
    onAddresses: (_, learned) => void kept.push(...learned),
  });
  const own = a.network.addresses().filter((address) => address.includes("127.0.0.1"));
  await rogue.dial(own.map((address) => multiaddr(address)));
  await vi.waitFor(() => expect(Math.min(told.kademlia, told.record / 4)).toBeGreaterThanOrEqual(1), {
    timeout: 20_000,
  });
  expect(services.map(({calls}) => calls())).toEqual(services.map(() => 0));
  expect(kept).toEqual([]);
});

it("a member's own word, signed, is passed on by others, and its address dialled", async () => {
  const first = await world.start(0, {bootstrap: []});
  const bootstrap = first.network.addresses();
  const second = await world.start(1, {bootstrap});
  const third = await world.start(2, {bootstrap});
  await Promise.all([second.upWith(third), third.upWith(second)]);
  expect(second.linkTo(third.peer).address).toContain(third.peer);
});
