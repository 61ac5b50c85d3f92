import {isPeerId} from "@libp2p/interface";
import {peerIdFromString} from "@libp2p/peer-id";
import {CODE_P2P, type Multiaddr, multiaddr} from "@multiformats/multiaddr";
import {CodedError} from "../../core/index.ts";
import type {NetworkErrorCode} from "../errors.ts";
import type {PeerId} from "../types.ts";

/** Addresses kept for each peer; the ones used longest ago are forgotten. */
const MAX_ADDRESSES_PER_PEER = 16;

/** Parses a member's id. @throws NETWORK_PEER_ID_INVALID */
export function parsePeerId(text: PeerId): ReturnType<typeof peerIdFromString> {
  try {
    const peerId = peerIdFromString(text);
    if (isPeerId(peerId) && peerId.toString() === text) return peerId;
  } catch (cause) {
    throw invalidPeerId(text, cause);
  }
  throw invalidPeerId(text);
}

function invalidPeerId(text: string, cause?: unknown): CodedError {
  return new CodedError("NETWORK_PEER_ID_INVALID", `"${text}" is no PeerId`, {
    hint: 'Ids of members look like "12D3KooW..." and stand in the roster file.',
    cause,
  });
}

/**
 * Parses an address of TCP over IP or DNS.
 * @param code the error for anything else: NETWORK_LISTEN_ADDRESS_INVALID or NETWORK_BOOTSTRAP_ADDRESS_INVALID
 */
export function parseTcpAddress(text: string, code: NetworkErrorCode): Multiaddr {
  let cause: unknown;
  try {
    const address = multiaddr(text);
    const [host, port] = address.getComponents();
    if (/^(ip4|ip6|dns|dns4|dns6)$/.test(host?.name ?? "") && port?.name === "tcp") return address;
  } catch (error) {
    cause = error;
  }
  throw new CodedError(code, `"${text}" is no address this node can use`, {
    hint: "Write it like /ip4/192.0.2.7/tcp/4001 or /dns4/node.example.org/tcp/4001.",
    cause,
  });
}

/** The PeerId at the end of an address, if it has one. */
export function peerOfAddress(address: Multiaddr): PeerId | undefined {
  return address.getComponents().findLast(({code}) => code === CODE_P2P)?.value;
}

/** `address` ending in `/p2p/peer`. */
export function withPeer(address: Multiaddr, peer: PeerId): Multiaddr {
  return peerOfAddress(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address;
}

/** Where members may be reached: what the caller remembered, bootstrap, identify, mDNS and the locator said. */
export interface AddressBook {
  /** Notes addresses of a member, newest first, and says whether any is new; anyone else's are ignored. */
  add(peer: PeerId, addresses: readonly Multiaddr[]): boolean;
  /** Addresses of a member, the newest first, each with `/p2p/` suffix. */
  of(peer: PeerId): readonly Multiaddr[];
}

/** An {@link AddressBook} for `peers`. `onAdd` gets all addresses of a peer whenever some are added. */
export function createAddressBook(
  peers: readonly PeerId[],
  onAdd: (peer: PeerId, addresses: readonly string[]) => void,
): AddressBook {
  const book = new Map<PeerId, readonly string[]>(peers.map((peer) => [peer, []]));
  return {
    add(peer, addresses) {
      const known = book.get(peer);
      if (known === undefined) return false;
      const offered = addresses
        .filter((address) => (peerOfAddress(address) ?? peer) === peer)
        .map((address) => withPeer(address, peer).toString());
      const merged = [...new Set([...offered, ...known])].slice(0, MAX_ADDRESSES_PER_PEER);
      book.set(peer, merged);
      onAdd(peer, merged);
      return merged.some((address) => !known.includes(address));
    },
    of: (peer) => (book.get(peer) ?? []).map((address) => multiaddr(address)),
  };
}
