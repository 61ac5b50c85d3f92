import {present} from "../../core/index.ts";
import "../../core/polyfill.ts";
import {connect} from "node:net";
import {noise} from "@chainsafe/libp2p-noise";
import {tcp} from "@libp2p/tcp";
import {yamux} from "@libp2p/yamux";
import type {Multiaddr} from "@multiformats/multiaddr";
import {createLibp2p} from "libp2p";
import type {Clock, Closable} from "../../core/index.ts";
import type {PeerId} from "../types.ts";
import {parseTcpAddress} from "./addresses.ts";

/** The answer of a probed address. */
export type ProbedAddress =
  /** A node that holds the key of `peer` answers. */
  | {readonly kind: "peer"; readonly peer: PeerId; readonly tookMs: number}
  /** Something answers that proves no identity. */
  | {readonly kind: "foreign"}
  /** Nothing answers; `reason` is the operating system's word, or `timeout`. */
  | {readonly kind: "unreachable"; readonly reason: string};

/** Asks addresses for their identity; to be closed. */
export interface PeerProbe extends Closable {
  /**
   * Connects to a multiaddr, lets Noise prove the identity, and hangs up before any application byte. Ignores
   * a `/p2p/` suffix: the caller knows which peer it expects.
   * @throws NETWORK_BOOTSTRAP_ADDRESS_INVALID
   */
  ask(address: string, limitMs: number): Promise<ProbedAddress>;
}

/** The reason why a TCP connection to `address` fails, or null if it succeeds. */
function tcpFault(address: Multiaddr, limitMs: number): Promise<string | null> {
  const [host, port] = address.getComponents();
  return new Promise((resolve) => {
    const socket = connect({host: present(host?.value, "the host of an address"), port: Number(port?.value)});
    const end = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.setTimeout(limitMs, () => end("timeout"));
    socket.once("connect", () => end(null));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? "error"));
  });
}

/** The address without the parts after its port. */
function bareAddress(address: Multiaddr): Multiaddr {
  const suffix = address.getComponents().slice(2);
  return suffix.reduceRight(
    (rest, {name, value}) => rest.decapsulate(`/${name}/${present(value, "a PeerId")}`),
    address,
  );
}

/**
 * Creates a {@link PeerProbe} with a fresh key. Those whom it asks do not know it, so it disturbs no link of
 * this node's own daemon.
 */
export async function createPeerProbe(clock: Clock): Promise<PeerProbe> {
  const seen = new Map<string, PeerId>();
  const host = await createLibp2p({
    addresses: {listen: []},
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: {enabled: false},
    connectionGater: {
      denyDialMultiaddr: () => false,
      // Noise has just proved the identity, and nothing else was asked.
      denyOutboundEncryptedConnection(peerId, connection) {
        seen.set(connection.remoteAddr.toString(), peerId.toString());
        return true;
      },
    },
  });
  return {
    async ask(text, limitMs) {
      const address = bareAddress(parseTcpAddress(text, "NETWORK_BOOTSTRAP_ADDRESS_INVALID"));
      const beganMs = clock.nowMs();
      const fault = await tcpFault(address, limitMs);
      if (fault !== null) return {kind: "unreachable", reason: fault};
      const patience = new AbortController();
      const cancel = clock.after(limitMs, () => patience.abort());
      await host.dial(address, {signal: patience.signal}).catch(() => {});
      cancel();
      const peer = seen.get(address.toString());
      return peer === undefined ? {kind: "foreign"} : {kind: "peer", peer, tookMs: clock.nowMs() - beganMs};
    },
    async close() {
      await host.stop();
    },
  };
}
