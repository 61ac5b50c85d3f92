import {multiaddr} from "@multiformats/multiaddr";
import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {addressClass, networkOf} from "../../src/network/address-class.ts";
import {createAdmission, placesFor} from "../../src/network/guards/admission.ts";
import {
  createAddressBook,
  MAX_FAILED_DIALS,
  MAX_LEARNED,
  mayBeLearned,
} from "../../src/network/libp2p/address-book.ts";
import {peerOf} from "./fixture.ts";

describe("the class of an address", () => {
  it.each([
    ["127.0.0.1", "loopback"],
    ["127.255.3.4", "loopback"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:7f00:1", "loopback"],
    ["169.254.169.254", "metadata"],
    ["::ffff:169.254.169.254", "metadata"],
    ["fd00:ec2::254", "metadata"],
    ["100.100.100.200", "metadata"],
    ["169.254.7.7", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "reserved"],
    ["224.0.0.251", "multicast"],
    ["ff02::fb", "multicast"],
    ["0.0.0.0", "reserved"],
    ["::", "reserved"],
    ["::127.0.0.1", "reserved"],
    ["255.255.255.255", "reserved"],
    ["64:ff9b::7f00:1", "reserved"],
    ["2002:7f00:1::", "reserved"],
    ["localhost", "reserved"],
    ["10.1.2.3", "ordinary"],
    ["192.168.1.9", "ordinary"],
    ["203.0.113.7", "ordinary"],
    ["2a00:1450::7", "ordinary"],
    ["fd12:3456::7", "ordinary"],
  ])("of %s is %s", (ip, kind) => {
    expect(addressClass(ip)).toBe(kind);
  });

  it("knows the network of an address, however it is written", () => {
    expect(networkOf("192.0.2.77")).toBe("192.0.2.0/24");
    expect(networkOf("::ffff:192.0.2.77")).toBe("192.0.2.0/24");
    expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe(networkOf("2001:db8:1:2::9"));
    expect(networkOf("2001:db8:1:2::9")).not.toBe(networkOf("2001:db8:1:3::9"));
  });
});

describe("the places of incomplete connections", () => {
  const places = placesFor(4);
  const member = "198.51.100.7";
  const admission = () => createAdmission(places, (ip) => ip === member);
  const ignore = (): void => {};

  it("grow with the roster, so that all of it may come at once from one address", () => {
    for (const members of [2, 24, 1024]) {
      const {perAddress, perNetwork, kept} = placesFor(members);
      expect(Math.min(perAddress, perNetwork, kept)).toBeGreaterThanOrEqual(members);
    }
  });

  it("are never more than their bounds, whoever comes, speaks and goes", () => {
    const ips = fc.constantFrom(
      member,
      ...Array.from({length: 40}, (_, index) => `203.0.${index % 20}.${index}`),
    );
    const comings = fc.array(fc.record({ip: ips, speaks: fc.boolean(), leaves: fc.boolean()}), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(comings, (steps) => {
        const dealt = admission();
        const inside: string[] = [];
        for (const {ip, speaks, leaves} of steps) {
          const place = dealt.enter(ip, () => inside.splice(inside.indexOf(ip), 1));
          if (place === null) continue;
          inside.push(ip);
          if (speaks) place.spoke();
          if (leaves) {
            place.leave();
            inside.splice(inside.lastIndexOf(ip), 1);
          }
          const count = (is: (other: string) => boolean): number => inside.filter(is).length;
          expect(dealt.pending).toBe(inside.length);
          expect(count((other) => other === ip)).toBeLessThanOrEqual(places.perAddress);
          expect(count((other) => networkOf(other) === networkOf(ip))).toBeLessThanOrEqual(places.perNetwork);
          expect(count((other) => other !== member)).toBeLessThanOrEqual(places.unknown);
        }
      }),
    );
  });

  it("are there for a known address, whatever strangers hold", () => {
    const dealt = admission();
    for (let index = 0; index < 5000; index++) {
      dealt.enter(`203.${index % 250}.${index >> 8}.1`, ignore)?.spoke();
    }
    expect(dealt.pending).toBe(places.unknown);
    expect(dealt.enter("203.0.113.99", ignore)).toBeNull();
    expect(dealt.enter(member, ignore)).not.toBeNull();
  });

  it("go from the silent to those who come, the oldest first, even at one address", () => {
    const dealt = admission();
    const evicted: number[] = [];
    for (let index = 0; index < places.perAddress; index++) {
      const place = dealt.enter("203.0.113.1", () => evicted.push(index));
      if (index === 0) place?.spoke();
    }
    expect(dealt.enter("203.0.113.1", ignore)).not.toBeNull();
    expect(dealt.enter("203.0.113.1", ignore)).not.toBeNull();
    expect(evicted).toEqual([1, 2]);
  });
});

describe("the address book", () => {
  const book = async (isOnLoopback = false) => {
    const [peer, other] = [await peerOf(1), await peerOf(2)];
    const learned: (readonly string[])[] = [];
    const configured = [
      `/dns4/north.example.org/tcp/4001/p2p/${peer}`,
      `/ip4/127.0.0.1/tcp/4001/p2p/${peer}`,
    ];
    const made = createAddressBook({
      peers: [peer, other],
      configured: configured.map((address) => multiaddr(address)),
      isOnLoopback,
      onLearned: (_, addresses) => void learned.push(addresses),
    });
    const texts = (): string[] => made.of(peer).map((address) => address.toString());
    return {book: made, peer, other, configured, learned, texts};
  };
  const at = (...hosts: string[]) => hosts.map((host) => multiaddr(`${host}/tcp/4001`));

  it("takes four of what a member says, never such as lead into a machine, nor names, and keeps what is configured", async () => {
    const {book: made, peer, configured, texts} = await book();
    const bad = [
      "/ip4/127.0.0.1",
      "/ip4/169.254.169.254",
      "/ip6/fd00:ec2::254",
      "/ip4/0.0.0.0",
      "/dns4/evil.example",
    ];
    const good = Array.from({length: 16}, (_, index) => `/ip4/10.0.0.${index}`);
    expect(made.learn(peer, at(...bad))).toBe(false);
    expect(texts()).toEqual(configured);
    expect(made.learn(peer, at(...bad, ...good))).toBe(true);
    const expected = good.slice(0, MAX_LEARNED).map((host) => `${host}/tcp/4001/p2p/${peer}`);
    expect(texts()).toEqual([...configured, ...expected]);
    expect(made.sourceOf(multiaddr(expected[0] ?? ""))).toBe("learned");
    expect(made.sourceOf(multiaddr(configured[0] ?? ""))).toBe("configured");
    for (const host of bad.slice(1)) {
      expect(made.sourceOf(multiaddr(`${host}/tcp/4001/p2p/${peer}`)), host).toBeUndefined();
    }
  });

  it("does not let one member name another's address", async () => {
    const {book: made, peer, other} = await book();
    made.learn(peer, [multiaddr(`/ip4/10.0.0.1/tcp/1/p2p/${other}`)]);
    expect(made.of(other)).toEqual([]);
    expect(made.sourceOf(multiaddr(`/ip4/10.0.0.1/tcp/1/p2p/${other}`))).toBeUndefined();
  });

  it("forgets a learned address after failed dials in a row, and no configured one", async () => {
    const {book: made, peer, configured, texts} = await book();
    made.learn(peer, at("/ip4/10.0.0.1"));
    const fail = (address: string, times: number): void => {
      for (let count = 0; count < times; count++) made.dialled(peer, multiaddr(address), false);
    };
    const address = `/ip4/10.0.0.1/tcp/4001/p2p/${peer}`;
    fail(address, MAX_FAILED_DIALS - 1);
    made.dialled(peer, multiaddr(address), true);
    fail(address, MAX_FAILED_DIALS - 1);
    expect(texts()).toContain(address);
    fail(address, 1);
    fail(configured[0] ?? "", 2 * MAX_FAILED_DIALS);
    expect(texts()).toEqual(configured);
  });

  it("takes loopback where this node listens on loopback alone", () => {
    expect(mayBeLearned(multiaddr("/ip4/127.0.0.1/tcp/4001"), true)).toBe(true);
    expect(mayBeLearned(multiaddr("/ip4/127.0.0.1/tcp/4001"), false)).toBe(false);
    expect(mayBeLearned(multiaddr("/ip4/169.254.169.254/tcp/80"), true)).toBe(false);
    for (const text of [
      "/ip4/10.0.0.1/udp/4001",
      "/ip4/10.0.0.1/tcp/0",
      "/ip4/10.0.0.1/tcp/4001/ws",
      "/ip4/10.0.0.1",
    ])
      expect(mayBeLearned(multiaddr(text), true), text).toBe(false);
  });

  it("knows where members are, and were last seen", async () => {
    const {book: made, peer} = await book();
    made.learn(peer, at("/ip4/10.0.0.1"));
    for (const ip of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) made.seenAt(peer, ip);
    made.seenAt("stranger", "192.0.2.9");
    const known = ["10.0.0.1", "127.0.0.1", "192.0.2.2", "192.0.2.3"];
    for (const ip of known) expect(made.hasIp(ip), ip).toBe(true);
    for (const ip of ["192.0.2.1", "192.0.2.9"]) expect(made.hasIp(ip), ip).toBe(false);
  });
});
