import {BlockList} from "node:net";
import {networkInterfaces} from "node:os";
import type {Multiaddr} from "@multiformats/multiaddr";
import {ipOf} from "../addresses.ts";

/**
 * Tells whether an address is in a network to which this machine belongs. Multicast DNS may name only such
 * addresses, because its answers are unsigned and come from there.
 */
export function isNearby(address: Multiaddr): boolean {
  const ip = ipOf(address);
  if (ip === undefined) return false;
  const family = ip.includes(":") ? "ipv6" : "ipv4";
  const networks = new BlockList();
  for (const {cidr} of Object.values(networkInterfaces()).flatMap((found) => found ?? [])) {
    const [network, prefix] = cidr?.split("/") ?? [];
    if (network === undefined || network.includes(":") !== (family === "ipv6")) continue;
    networks.addSubnet(network, Number(prefix), family);
  }
  return networks.check(ip, family);
}
