import {BlockList, isIPv4, isIPv6} from "node:net";
import {at} from "../core/index.ts";

/** Reasons for which an address is dialled only if the roster or this node's own configuration names it. */
export type AddressClass = "loopback" | "link-local" | "multicast" | "reserved" | "metadata" | "ordinary";

type Subnet = readonly [address: string, prefix: number];

const SUBNETS: readonly (readonly [Exclude<AddressClass, "ordinary">, readonly Subnet[]])[] = [
  // Clouds' addresses for machines' secrets: AWS, Azure, Google and others; Alibaba; Oracle; Azure's host.
  [
    "metadata",
    [
      ["169.254.169.254", 32],
      ["169.254.170.2", 32],
      ["100.100.100.200", 32],
      ["192.0.0.192", 32],
      ["168.63.129.16", 32],
      ["fd00:ec2::", 32],
      ["fd20:ce::254", 128],
    ],
  ],
  [
    "loopback",
    [
      ["127.0.0.0", 8],
      ["::1", 128],
    ],
  ],
  [
    "link-local",
    [
      ["169.254.0.0", 16],
      ["fe80::", 10],
    ],
  ],
  [
    "multicast",
    [
      ["224.0.0.0", 4],
      ["ff00::", 8],
    ],
  ],
  // Unspecified, broadcast, and IPv6 forms that hide an IPv4 address: RFC 6890, 6052, 3056, 4380.
  [
    "reserved",
    [
      ["0.0.0.0", 8],
      ["240.0.0.0", 4],
      ["::", 96],
      ["64:ff9b::", 96],
      ["64:ff9b:1::", 48],
      ["2002::", 16],
      ["2001::", 32],
    ],
  ],
];

const LISTS = SUBNETS.map(([name, subnets]) => {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, isIPv4(address) ? "ipv4" : "ipv6");
  return [name, list] as const;
});

/**
 * The IPv4 address in an IPv4-mapped IPv6 one (`::ffff:192.0.2.7`, or in hexadecimal); any other as it is.
 */
export function unmapped(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const words = hextets(ip);
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (!isMapped) return ip;
  return [at(words, 6), at(words, 7)].flatMap((word) => [word >> 8, word & 255]).join(".");
}

/** An IPv6 address with its last two words in hexadecimal, if they are written as an IPv4 address. */
function withoutDots(address: string): string {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (dotted === null) return address;
  const [start, ...bytes] = dotted.slice(1);
  const word = (first: number): string =>
    ((Number(at(bytes, first)) << 8) | Number(at(bytes, first + 1))).toString(16);
  return `${start}${word(0)}:${word(2)}`;
}

/** The eight words of an IPv6 address; its zone is left out. */
function hextets(ip: string): number[] {
  const plain = withoutDots(ip.replace(/%.*$/, ""));
  const [head, tail] = plain.split("::");
  const wordsOf = (text: string | undefined): number[] =>
    text === undefined || text === "" ? [] : text.split(":").map((part) => Number.parseInt(part, 16));
  const [before, after] = [wordsOf(head), wordsOf(tail)];
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({length: gap}, () => 0), ...after];
}

/** The class of an IP address; text that is no IP address counts as `reserved`. */
export function addressClass(ip: string): AddressClass {
  const address = unmapped(ip);
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : null;
  if (family === null || address.includes("%")) return "reserved";
  return LISTS.find(([, list]) => list.check(address, family))?.[0] ?? "ordinary";
}

/** The network that counts as one party: the /24 of an IPv4 address, the /64 of an IPv6 address. */
export function networkOf(ip: string): string {
  const address = unmapped(ip);
  if (isIPv4(address)) return `${address.split(".").slice(0, 3).join(".")}.0/24`;
  if (!isIPv6(address)) return address;
  return `${hextets(address)
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(":")}::/64`;
}
