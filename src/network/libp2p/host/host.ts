import {BlockList} from "node:net";
import {networkInterfaces} from "node:os";
import type {Multiaddr} from "@multiformats/multiaddr";
import {ipOf, parseTcpAddress} from "../addresses.ts";
import "../../../core/polyfill.ts";
import {noise} from "@chainsafe/libp2p-noise";
import {generateKeyPairFromSeed} from "@libp2p/crypto/keys";
import {type Identify, identify} from "@libp2p/identify";
import type {ConnectionGater, Libp2p, PeerInfo, PrivateKey} from "@libp2p/interface";
import {type KadDHT, kadDHT} from "@libp2p/kad-dht";
import {mdns} from "@libp2p/mdns";
import {peerIdFromPrivateKey} from "@libp2p/peer-id";
import {type Ping, ping} from "@libp2p/ping";
import {yamux} from "@libp2p/yamux";
import {createLibp2p, type Libp2pOptions} from "libp2p";
import {CodedError} from "../../../core/index.ts";
import {placesFor} from "../../guards/admission.ts";
import type {Libp2pNetworkOptions, NetworkIdentity, PeerId} from "../../types.ts";
import {DHT_PROTOCOL} from "../streams.ts";
import {calmMuxer} from "./calm-muxer.ts";
import {MAX_CONNECTIONS_PER_MEMBER} from "./connection-limit.ts";
import {boundedTcp, type IncomingOptions} from "./incoming.ts";
import {createLibp2pMetrics} from "./libp2p-metrics.ts";
import {type Spend, withinBudget} from "./service-streams.ts";
import {wholeMessages} from "./whole-messages.ts";

/**
 * Tells whether an address is in a network to which this machine belongs. Multicast DNS may name only such
 * addresses, because its answers are unsigned and come from there.
 */
function isNearby(address: Multiaddr): boolean {
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

/** Services of this node's libp2p host. */
export type HostServices = {
  readonly identify: Identify;
  readonly ping: Ping;
  readonly dht: KadDHT;
  readonly announcer: Announcer;
};

/** This node's libp2p host. */
export type Host = Libp2p<HostServices>;

/** Announces public listen addresses to peers. */
interface Announcer {
  announce(): void;
}

/**
 * Stream settings. Windows grow only while keep-alive measures the round trip. A reader that pauses must be
 * able to hold a whole window, or its stream is reset.
 */
export const YAMUX_SETTINGS = {
  enableKeepAlive: true,
  streamOptions: {
    initialStreamWindowSize: 1024 * 1024,
    maxStreamWindowSize: 16 * 1024 * 1024,
    maxReadBufferLength: 20 * 1024 * 1024,
  },
} as const;

/** A blocked event loop, as in garbage collection or on a swapping machine, must not end connections. */
export const CONNECTION_MONITOR_SETTINGS = {
  abortConnectionOnPingFailure: false,
  pingTimeout: {minTimeout: 60_000},
} as const;

/** Number of dials under way at once, over all members. */
const MAX_PARALLEL_DIALS = 16;

/**
 * The limits of libp2p itself, for a roster of `members`. Places decide earlier which connections may begin;
 * libp2p's own rate for each address would keep out members that share theirs with an attacker.
 */
export function connectionManagerSettings(members: number) {
  const {unknown, kept} = placesFor(members);
  const pending = unknown + kept;
  return {
    maxConnections: MAX_CONNECTIONS_PER_MEMBER * members + pending,
    maxIncomingPendingConnections: pending,
    inboundConnectionThreshold: Number.MAX_SAFE_INTEGER,
    maxParallelDials: MAX_PARALLEL_DIALS,
    reconnectRetries: 0,
  };
}

const MDNS_SERVICE_TAG = "_consilium._udp.local";
const MDNS_INTERVAL_MS = 5_000;
const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

/** Number of strangers that are reported, each once: a log that anybody can fill helps nobody. */
const MAX_TOLD_STRANGERS = 16;

/** Decides which peers and addresses a node may connect with. */
export interface Gates {
  readonly members: ReadonlySet<PeerId>;
  /** Tells whether a member is kept out for a time. */
  isOut(peer: PeerId): boolean;
  /** Tells whether an address may be dialled now. */
  mayDial(address: Multiaddr): boolean;
  /** Called once for each key that asked and is not on the roster, up to a maximum number of keys. */
  onStranger(peer: PeerId): void;
}

/** Lets in members only, right after Noise has proved their identity and before any stream exists. */
export function createGater({members, isOut, mayDial, onStranger}: Gates): ConnectionGater {
  const told = new Set<PeerId>();
  const isUninvited = (peerId: {toString(): string}): boolean => {
    const peer = peerId.toString();
    if (members.has(peer)) return isOut(peer);
    if (!told.has(peer) && told.size < MAX_TOLD_STRANGERS) {
      told.add(peer);
      onStranger(peer);
    }
    return true;
  };
  const isBarred = (peerId: {toString(): string}): boolean =>
    !members.has(peerId.toString()) || isOut(peerId.toString());
  return {
    denyDialPeer: isBarred,
    // Every dial passes here, Kademlia's too.
    denyDialMultiaddr: (address) => !mayDial(address),
    denyInboundEncryptedConnection: isUninvited,
    denyOutboundEncryptedConnection: isBarred,
    // An address that is merely stored is not dialled.
    filterMultiaddrForPeer: () => true,
  };
}

/** The private key of an identity. @throws NETWORK_IDENTITY_MISMATCH */
export async function loadKey({privateKeySeed, peerId}: NetworkIdentity): Promise<PrivateKey> {
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

/** The parts of a host beside the caller's options. */
export interface HostParts {
  readonly key: PrivateKey;
  readonly gates: Gates;
  readonly incoming: IncomingOptions;
  /** Counts the bytes that members send to libp2p's own protocols. */
  readonly spend: Spend;
  /** Called when multicast DNS has heard of a member in a network of this machine. */
  onNearby(peer: PeerId, addresses: readonly Multiaddr[]): void;
}

/** Multicast DNS, which hands to `onNearby` those finds that are in this machine's own networks. */
function nearbyDiscovery(onNearby: HostParts["onNearby"]): ReturnType<typeof mdns> {
  return (components) => {
    const discovery = mdns({serviceTag: MDNS_SERVICE_TAG, interval: MDNS_INTERVAL_MS})(components);
    discovery.addEventListener("peer", ({detail}: CustomEvent<PeerInfo>) =>
      onNearby(detail.id.toString(), detail.multiaddrs.filter(isNearby)),
    );
    return discovery;
  };
}

/**
 * Refuses every value: nobody asks the hash table for any, and members could fill this node's memory with
 * them.
 */
async function refuseValue(): Promise<never> {
  throw new CodedError("NETWORK_FRAME_MALFORMED", "the hash table keeps no values");
}

function hostOptions(options: Libp2pNetworkOptions, parts: HostParts): Libp2pOptions<HostServices> {
  const {meter, roster} = options;
  const {gates} = parts;
  return {
    ...(meter === undefined ? {} : {metrics: () => createLibp2pMetrics(meter)}),
    start: false,
    privateKey: parts.key,
    addresses: {
      listen: options.listen.map((text) =>
        parseTcpAddress(text, "NETWORK_LISTEN_ADDRESS_INVALID").toString(),
      ),
    },
    transports: [boundedTcp(parts.incoming)],
    connectionEncrypters: [wholeMessages(noise())],
    streamMuxers: [calmMuxer(yamux(YAMUX_SETTINGS))],
    connectionGater: createGater(gates),
    connectionMonitor: CONNECTION_MONITOR_SETTINGS,
    connectionManager: connectionManagerSettings(roster.members.length),
    peerDiscovery: options.mdns ? [nearbyDiscovery(parts.onNearby)] : [],
    services: {
      identify: withinBudget(identify(), parts.spend),
      ping: withinBudget(ping(), parts.spend),
      dht: withinBudget(
        kadDHT({
          protocol: DHT_PROTOCOL,
          clientMode: false,
          // Peers that are not on the roster are not remembered. A peer without an address would be left out
          // of the table.
          peerInfoMapper: ({id, multiaddrs}) =>
            gates.members.has(id.toString()) ? {id, multiaddrs} : {id, multiaddrs: []},
          validators: {pk: refuseValue},
        }),
        parts.spend,
      ),
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
  if (text.includes("EACCES")) {
    return new CodedError(
      "NETWORK_LISTEN_FAILED",
      `this user may not listen on a port of ${where} (EACCES)`,
      {
        hint: "Below 1024 that takes CAP_NET_BIND_SERVICE: give it, or choose a higher port and let the firewall forward to it.",
        cause,
      },
    );
  }
  return new CodedError("NETWORK_LISTEN_FAILED", `could not listen on ${where}`, {
    hint: "Check that the address belongs to this machine and the port may be opened.",
    cause,
  });
}

/**
 * Creates a libp2p host that lets members in; it does not listen yet.
 * @throws NETWORK_LISTEN_ADDRESS_INVALID
 */
export async function createHost(options: Libp2pNetworkOptions, parts: HostParts): Promise<Host> {
  return await createLibp2p<HostServices>(hostOptions(options, parts));
}

/**
 * Makes the host listen; stops it if it cannot.
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
