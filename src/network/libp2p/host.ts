import "../../core/polyfill.ts";
import {noise} from "@chainsafe/libp2p-noise";
import {generateKeyPairFromSeed} from "@libp2p/crypto/keys";
import {type Identify, identify} from "@libp2p/identify";
import type {ConnectionGater, Libp2p, PrivateKey} from "@libp2p/interface";
import {type KadDHT, kadDHT, passthroughMapper} from "@libp2p/kad-dht";
import {mdns} from "@libp2p/mdns";
import {peerIdFromPrivateKey} from "@libp2p/peer-id";
import {type Ping, ping} from "@libp2p/ping";
import {tcp} from "@libp2p/tcp";
import {yamux} from "@libp2p/yamux";
import {createLibp2p, type Libp2pOptions} from "libp2p";
import {CodedError} from "../../core/index.ts";
import type {Libp2pNetworkOptions, NetworkIdentity, PeerId} from "../types.ts";
import {parseTcpAddress} from "./addresses.ts";
import {createLibp2pMetrics} from "./libp2p-metrics.ts";
import {DHT_PROTOCOL} from "./streams.ts";
import {wholeMessages} from "./whole-messages.ts";

/** Services of this node's libp2p host. */
export type HostServices = {
  readonly identify: Identify;
  readonly ping: Ping;
  readonly dht: KadDHT;
  readonly announcer: Announcer;
};

/** This node's libp2p host. */
export type Host = Libp2p<HostServices>;

/** Makes public listen addresses known to peers. */
interface Announcer {
  announce(): void;
}

/**
 * Stream settings. Windows grow only while keep-alive measures the round trip, and a reader that pauses must be able
 * to hold a whole window, or its stream is reset.
 */
export const YAMUX_SETTINGS = {
  enableKeepAlive: true,
  streamOptions: {
    initialStreamWindowSize: 1024 * 1024,
    maxStreamWindowSize: 16 * 1024 * 1024,
    maxReadBufferLength: 20 * 1024 * 1024,
  },
} as const;

/** A blocked event loop, as in a garbage collection or a swapping machine, must not cost a node its connections. */
export const CONNECTION_MONITOR_SETTINGS = {
  abortConnectionOnPingFailure: false,
  pingTimeout: {minTimeout: 60_000},
} as const;

/** Inbound bounds: a hospital's members often share one address behind NAT, and all come back at once after a cut. */
export const CONNECTION_MANAGER_SETTINGS = {
  inboundConnectionThreshold: 100,
  maxIncomingPendingConnections: 100,
  reconnectRetries: 0,
} as const;

const MDNS_SERVICE_TAG = "_consilium._udp.local";
const MDNS_INTERVAL_MS = 5_000;
const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

/** Lets in members only, right after Noise has proved who they are and before any stream exists. */
export function createGater(members: ReadonlySet<PeerId>): ConnectionGater {
  const isStranger = (peerId: {toString(): string}): boolean => !members.has(peerId.toString());
  return {
    denyDialPeer: isStranger,
    // The default refuses loopback and private addresses in browsers only; hospitals are reached at such.
    denyDialMultiaddr: () => false,
    denyInboundEncryptedConnection: isStranger,
    denyOutboundEncryptedConnection: isStranger,
    filterMultiaddrForPeer: () => true,
  };
}

async function loadKey({privateKeySeed, peerId}: NetworkIdentity): Promise<PrivateKey> {
  const key = await generateKeyPairFromSeed("Ed25519", privateKeySeed);
  if (peerIdFromPrivateKey(key).toString() === peerId) return key;
  throw new CodedError("NETWORK_IDENTITY_MISMATCH", `the private key does not belong to ${peerId}`, {
    hint: "Restore the key file of this node, or enrol its new id in the roster.",
  });
}

/** The PeerId of an Ed25519 seed of 32 bytes. */
export async function peerIdOfSeed(seed: Uint8Array): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPairFromSeed("Ed25519", seed)).toString();
}

function hostOptions(key: PrivateKey, options: Libp2pNetworkOptions): Libp2pOptions<HostServices> {
  const {meter} = options;
  return {
    ...(meter === undefined ? {} : {metrics: () => createLibp2pMetrics(meter)}),
    start: false,
    privateKey: key,
    addresses: {
      listen: options.listen.map((text) =>
        parseTcpAddress(text, "NETWORK_LISTEN_ADDRESS_INVALID").toString(),
      ),
    },
    transports: [tcp()],
    connectionEncrypters: [wholeMessages(noise())],
    streamMuxers: [yamux(YAMUX_SETTINGS)],
    connectionGater: createGater(new Set(options.roster.members)),
    connectionMonitor: CONNECTION_MONITOR_SETTINGS,
    connectionManager: CONNECTION_MANAGER_SETTINGS,
    peerDiscovery: options.mdns ? [mdns({serviceTag: MDNS_SERVICE_TAG, interval: MDNS_INTERVAL_MS})] : [],
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({protocol: DHT_PROTOCOL, clientMode: false, peerInfoMapper: passthroughMapper}),
      // libp2p holds back public addresses until a stranger has confirmed them; in a closed set nobody would.
      announcer: ({addressManager, transportManager}) => ({
        announce() {
          for (const address of transportManager.getAddrs()) {
            addressManager.confirmObservedAddr(address, {type: "transport", ttl: TEN_YEARS_MS});
          }
        },
      }),
    },
  };
}

function listenError(cause: unknown, listen: readonly string[]): CodedError {
  // libp2p 3 gives the reasons of failed listeners as text only.
  const text = String(cause);
  const where = listen.join(", ");
  if (text.includes("EADDRINUSE")) {
    return new CodedError("NETWORK_PORT_IN_USE", `a port of ${where} is in use`, {
      hint: "Stop the other process, or choose another port to listen on.",
      cause,
    });
  }
  return new CodedError("NETWORK_LISTEN_FAILED", `could not listen on ${where}`, {
    hint: "Check that the address belongs to this machine and the port may be opened.",
    cause,
  });
}

/**
 * A libp2p host that lets members in; it does not listen yet.
 * @throws NETWORK_LISTEN_ADDRESS_INVALID, NETWORK_IDENTITY_MISMATCH
 */
export async function createHost(options: Libp2pNetworkOptions): Promise<Host> {
  return await createLibp2p<HostServices>(hostOptions(await loadKey(options.identity), options));
}

/**
 * Lets the host listen; it is stopped when it cannot.
 * @throws NETWORK_PORT_IN_USE, NETWORK_LISTEN_FAILED
 */
export async function startHost(host: Host, options: Libp2pNetworkOptions): Promise<void> {
  try {
    await host.start();
  } catch (cause) {
    await host.stop();
    throw listenError(cause, options.listen);
  }
  host.services.announcer.announce();
}
