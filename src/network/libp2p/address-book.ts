import {CODE_P2P, type Multiaddr, multiaddr} from "@multiformats/multiaddr";
import {addressClass, unmapped} from "../address-class.ts";
import type {PeerId} from "../types.ts";
import {ipOf, peerOfAddress, withPeer} from "./addresses.ts";

/** Number of addresses kept of those that a member states. */
export const MAX_LEARNED = 4;

/** Number of IP addresses kept of those that a member's connections came from. */
const MAX_SEEN = 2;

/** A learned address is forgotten after this many failed dials in a row. */
export const MAX_FAILED_DIALS = 5;

/** The addresses at which members may be reached. An address that is not in it is never dialled. */
export interface AddressBook {
  /**
   * Notes addresses that a member signed, or that this machine's own network announced for it; at most
   * {@link MAX_LEARNED}, the newest first. Leaves out addresses that may not be learned, and those of anyone
   * else.
   * @returns whether any is new
   */
  learn(peer: PeerId, addresses: readonly Multiaddr[]): boolean;
  /** Notes that a dial of `address` succeeded or failed. */
  dialled(peer: PeerId, address: Multiaddr, isReached: boolean): void;
  /** Addresses of a member, those of roster and configuration first, each with a `/p2p/` suffix. */
  of(peer: PeerId): readonly Multiaddr[];
  /** The source of an address, which decides how it may be dialled; `undefined` if no member has it. */
  sourceOf(address: Multiaddr): "configured" | "learned" | undefined;
  /** Notes that a connection of the member came from this IP address. */
  seenAt(peer: PeerId, ip: string): void;
  /** Tells whether a member is known at, or was last seen at, this IP address. */
  hasIp(ip: string): boolean;
}

/** The initial content and the callbacks of an address book. */
export interface AddressBookOptions {
  readonly peers: readonly PeerId[];
  /**
   * Addresses of the roster and of this node's configuration; never forgotten. Those without `/p2p/` belong
   * to no member yet.
   */
  readonly configured: readonly Multiaddr[];
  /** True if members are on this machine: the addresses that they sign may then be on loopback. */
  readonly isOnLoopback: boolean;
  /** Called with all learned addresses of a peer whenever they change. */
  onLearned(peer: PeerId, addresses: readonly string[]): void;
}

/**
 * Tells whether an address may be dialled because a member states it: TCP over an IP address that is routed
 * between machines, or loopback if this node listens on loopback alone. Names from members are never
 * resolved.
 * @see docs/adr/0038-what-a-node-dials.md
 */
export function mayBeLearned(address: Multiaddr, isOnLoopback: boolean): boolean {
  const [host, port, ...rest] = address.getComponents();
  const ip = ipOf(address);
  if (ip === undefined || host === undefined || port?.name !== "tcp" || Number(port.value) === 0)
    return false;
  if (!rest.every(({code}) => code === CODE_P2P)) return false;
  const kind = addressClass(ip);
  return kind === "ordinary" || (kind === "loopback" && isOnLoopback);
}

function ipsOf(addresses: readonly string[], seen: readonly string[]): ReadonlySet<string> {
  const own = addresses.map((address) => ipOf(multiaddr(address))).filter((ip) => ip !== undefined);
  return new Set([...own, ...seen].map(unmapped));
}

/** The IP addresses from which each member's connections last came. */
function createSightings(): {note(peer: PeerId, ip: string): boolean; all(): readonly string[]} {
  const seen = new Map<PeerId, readonly string[]>();
  return {
    note(peer, ip) {
      const before = seen.get(peer) ?? [];
      if (before[0] === ip) return false;
      seen.set(peer, [...new Set([ip, ...before])].slice(0, MAX_SEEN));
      return true;
    },
    all: () => [...seen.values()].flat(),
  };
}

/** Creates an {@link AddressBook}. */
export function createAddressBook(options: AddressBookOptions): AddressBook {
  const {peers, isOnLoopback, onLearned} = options;
  const configured = new Map<string, PeerId | undefined>(
    options.configured.map((address) => [address.toString(), peerOfAddress(address)]),
  );
  const learned = new Map<PeerId, readonly string[]>(peers.map((peer) => [peer, []]));
  const failures = new Map<string, number>();
  const sightings = createSightings();
  let ips: ReadonlySet<string> | undefined;
  const keep = (peer: PeerId, addresses: readonly string[]): void => {
    for (const gone of learned.get(peer) ?? []) if (!addresses.includes(gone)) failures.delete(gone);
    learned.set(peer, addresses);
    ips = undefined;
    onLearned(peer, addresses);
  };
  const listOf = (peer: PeerId): readonly string[] => {
    const own = [...configured].filter(([, owner]) => owner === peer).map(([address]) => address);
    return [...new Set([...own, ...(learned.get(peer) ?? [])])];
  };
  return {
    learn(peer, addresses) {
      const known = learned.get(peer);
      if (known === undefined) return false;
      const offered = addresses
        .filter((address) => (peerOfAddress(address) ?? peer) === peer && mayBeLearned(address, isOnLoopback))
        .map((address) => withPeer(address, peer).toString());
      const merged = [...new Set([...offered.slice(0, MAX_LEARNED), ...known])].slice(0, MAX_LEARNED);
      if (merged.join() === known.join()) return false;
      const before = listOf(peer);
      keep(peer, merged);
      return merged.some((address) => !before.includes(address));
    },
    dialled(peer, address, isReached) {
      const text = address.toString();
      const known = learned.get(peer);
      if (known?.includes(text) !== true) return;
      const failed = isReached ? 0 : (failures.get(text) ?? 0) + 1;
      failures.set(text, failed);
      const others = known.filter((other) => other !== text);
      if (failed >= MAX_FAILED_DIALS) keep(peer, others);
    },
    of: (peer) => listOf(peer).map((address) => multiaddr(address)),
    sourceOf(address) {
      const text = address.toString();
      const bare = address.decapsulateCode(CODE_P2P).toString();
      if (configured.has(text) || configured.has(bare)) return "configured";
      const peer = peerOfAddress(address);
      return peer !== undefined && learned.get(peer)?.includes(text) === true ? "learned" : undefined;
    },
    seenAt(peer, ip) {
      if (learned.has(peer) && sightings.note(peer, ip)) ips = undefined;
    },
    hasIp(ip) {
      ips ??= ipsOf([...configured.keys(), ...[...learned.values()].flat()], sightings.all());
      return ips.has(ip);
    },
  };
}
