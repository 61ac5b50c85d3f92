import {isPeerId} from "@libp2p/interface";
import {peerIdFromString} from "@libp2p/peer-id";
import {CODE_P2P, type Multiaddr, multiaddr} from "@multiformats/multiaddr";
import {CodedError} from "../../core/index.ts";
import type {NetworkErrorCode} from "../errors.ts";
import type {PeerId} from "../types.ts";

/** The parts with which an address of TCP over IP or DNS begins. */
const HOST_PARTS: ReadonlySet<string> = new Set(["ip4", "ip6", "dns", "dns4", "dns6"]);

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
 * @param code the error for anything else: NETWORK_LISTEN_ADDRESS_INVALID or
 *   NETWORK_BOOTSTRAP_ADDRESS_INVALID
 */
export function parseTcpAddress(text: string, code: NetworkErrorCode): Multiaddr {
  let cause: unknown;
  try {
    const address = multiaddr(text);
    const [host, port, ...rest] = address.getComponents();
    const isTcp = host !== undefined && HOST_PARTS.has(host.name) && port?.name === "tcp";
    // Other suffixes, such as /ws, are spoken by no node.
    if (isTcp && rest.every(({code: part}) => part === CODE_P2P)) return address;
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

/** The IP address that an address of TCP over IP begins with; `undefined` for any other, such as a name. */
export function ipOf(address: Multiaddr): string | undefined {
  const [host] = address.getComponents();
  return host?.name === "ip4" || host?.name === "ip6" ? host.value : undefined;
}
