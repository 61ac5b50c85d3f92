export type {NetworkErrorCode} from "./errors.ts";
export {createLibp2pNetwork} from "./libp2p/create-libp2p-network.ts";
export {peerIdOfSeed} from "./libp2p/host/host.ts";
export {createPeerProbe, type PeerProbe, type ProbedAddress} from "./libp2p/peer-probe.ts";
export {DEFAULT_LIMITS, MAX_FRAME_BYTES} from "./limits.ts";
export {createMemoryNetwork, type MemoryNetworkOptions} from "./memory/create-memory-network.ts";
export {createMemoryHub, type MemoryHub, type MemoryHubOptions} from "./memory/memory-hub.ts";
export type {
  ByteTotals,
  FetchRequest,
  Handshake,
  Libp2pNetworkOptions,
  LinkState,
  Network,
  NetworkEvents,
  NetworkIdentity,
  NetworkLimits,
  NetworkOptions,
  NetworkRoster,
  PeerId,
  Publishable,
} from "./types.ts";
