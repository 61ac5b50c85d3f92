import {multiaddr} from "@multiformats/multiaddr";
import {expect, it} from "vitest";
import {createGater} from "../../src/network/libp2p/host/host.ts";

const peer = (name: string) => ({toString: () => name});

it("a key that nobody listed is refused, and told of once; so many keys are told of at most", () => {
  const told: string[] = [];
  const {denyInboundEncryptedConnection: deny} = createGater({
    members: new Set(["member", "noisy"]),
    isOut: (name) => name === "noisy",
    mayDial: () => true,
    onStranger: (name) => told.push(name),
  });
  const isDenied = (name: string): unknown =>
    Reflect.apply(deny ?? (() => "no rule"), undefined, [peer(name), {}]);
  expect(isDenied("member")).toBe(false);
  expect(isDenied("noisy")).toBe(true);
  expect([isDenied("stranger"), isDenied("stranger")]).toEqual([true, true]);
  expect(told).toEqual(["stranger"]);
  for (let index = 0; index < 1000; index++) expect(isDenied(`stranger ${index}`)).toBe(true);
  expect(told).toHaveLength(16);
});

it("no address is dialled that may not be, whoever asks for it", async () => {
  const {denyDialMultiaddr, denyDialPeer} = createGater({
    members: new Set(["member", "noisy"]),
    isOut: (name) => name === "noisy",
    mayDial: (address) => address.toString() === "/ip4/192.0.2.7/tcp/4001",
    onStranger() {},
  });
  expect(await denyDialMultiaddr?.(multiaddr("/ip4/192.0.2.7/tcp/4001"))).toBe(false);
  expect(await denyDialMultiaddr?.(multiaddr("/ip4/192.0.2.8/tcp/4001"))).toBe(true);
  const isDenied = (name: string): unknown =>
    Reflect.apply(denyDialPeer ?? (() => "no rule"), undefined, [peer(name)]);
  expect(["member", "noisy", "stranger"].map(isDenied)).toEqual([false, true, true]);
});
