import {CODE_P2P, type Multiaddr, multiaddr} from "@multiformats/multiaddr";
import {addressClass, unmapped} from "../address-class.ts";
import type {PeerId} from "../types.ts";
import {ipOf, peerOfAddress, withPeer} from "./addresses.ts";

/** Addresses that are kept of what a member says of itself. */
export const MAX_LEARNED = 4;

/** IP addresses that are kept of where a member's connections came from. */
const MAX_SEEN = 2;

/** After so many dials in a row without success a learned address is forgotten. */
export const MAX_FAILED_DIALS = 5;

/** Where members may be reached, and nothing else: what it does not hold is not dialled. */
export interface AddressBook {
  /**
   * Notes what a member signed of itself, or an address of it that this machine's own network announced; at most
   * {@link MAX_LEARNED}, the newest first. What may not be learned, and anyone else's, is left out.
   * @returns whether any is new
   */
  learn(peer: PeerId, addresses: readonly Multiaddr[]): boolean;
  /** A dial of `address` failed, or succeeded. */
  dialled(peer: PeerId, address: Multiaddr, isReached: boolean): void;
  /** Addresses of a member, those of roster and configuration first, each with `/p2p/` suffix. */
  of(peer: PeerId): readonly Multiaddr[];
  /** How an address may be dialled: `undefined` where it is in no member's list. */
  sourceOf(address: Multiaddr): "configured" | "learned" | undefined;
  /** A connection of the member came from this IP address. */
  seenAt(peer: PeerId, ip: string): void;
  /** Whether a member is known at, or was last seen at, this IP address. */
  hasIp(ip: string): boolean;
}

/** What an address book begins with. */
export interface AddressBookOptions {
  readonly peers: readonly PeerId[];
  /** Of the roster and of this node's configuration; never forgotten. Those without `/p2p/` belong to no member yet. */
  readonly configured: readonly Multiaddr[];
  /** Whether members are on this machine: what they sign of themselves may then be on loopback. */
  readonly isOnLoopback: boolean;
  /** Gets all learned addresses of a peer whenever they change. */
  onLearned(peer: PeerId, addresses: readonly string[]): void;
}

/**
 * Whether an address may be dialled because a member says so: TCP over an IP address to which packets go from machine
 * to machine, or loopback where this node listens on loopback alone. Names are resolved for nobody.
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

/** Where each member's connections last came from. */
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

/** An {@link AddressBook}. */
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
