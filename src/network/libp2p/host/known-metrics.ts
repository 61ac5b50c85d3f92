import type {LabelValues} from "../../../core/index.ts";
import {at} from "../../../core/index.ts";
import {BLOB_PROTOCOL, DHT_PROTOCOL, LINK_PROTOCOL, WHERE_PROTOCOL} from "../streams.ts";

/** A libp2p metric, as this node's registry has it. */
export interface KnownMetric {
  /** The name under which libp2p registers it. */
  readonly source: string;
  readonly type: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** The labels for a key under which libp2p counts; null if the key is left out. */
  labelsOf(key: string): LabelValues<string> | null;
}

/** Labels of the protocols that members speak; any other protocol is `other`. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  [LINK_PROTOCOL]: "link",
  [BLOB_PROTOCOL]: "blob",
  [DHT_PROTOCOL]: "kad",
  [WHERE_PROTOCOL]: "where",
  "/ipfs/id/1.0.0": "identify",
  "/ipfs/id/push/1.0.0": "identify-push",
  "/ipfs/ping/1.0.0": "ping",
  "": "unnegotiated",
};
const OPERATIONS = ["put_value", "get_value", "add_provider", "get_providers", "find_node", "ping"];
const TCP_EVENTS = [
  "connection",
  "connect",
  "drop",
  "timeout",
  "error",
  "end",
  "abort",
  "reset",
  "local_close",
  "remote_close",
];

/** The label of a protocol's id. */
export function protocolLabel(protocol: string): string {
  return PROTOCOLS[protocol] ?? "other";
}

function oneOf(words: readonly string[], word: string): string {
  return words.includes(word) ? word : "other";
}

const none = {labels: [], labelsOf: () => ({})} as const;
const byDirection = {labels: ["direction"], labelsOf: (key: string) => ({direction: key})} as const;
const byOperation = {
  labels: ["operation"],
  labelsOf: (key: string) => ({operation: oneOf(OPERATIONS, key.toLowerCase())}),
} as const;
const byEvent = {
  labels: ["event"],
  // The listener's keys begin with the address that it listens on.
  labelsOf: (key: string) => ({
    event: oneOf(TCP_EVENTS, key.slice(key.lastIndexOf(" ") + 1).replace(/^_/, "")),
  }),
} as const;

function counter(name: string, help: string, by: Pick<KnownMetric, "labels" | "labelsOf">): KnownMetric {
  return {source: name, type: "counter", name, help, ...by};
}

const GAUGES: readonly KnownMetric[] = [
  {
    source: "libp2p_connection_manager_connections",
    type: "gauge",
    name: "libp2p_connections",
    help: "Connections, by who dialled, that are open or pending.",
    labels: ["direction", "state"],
    labelsOf(key) {
      const words = key.split(" ");
      return {direction: at(words, 0), state: words[1] ?? "open"};
    },
  },
  {
    source: "libp2p_protocol_streams_total",
    type: "gauge",
    name: "libp2p_protocol_streams",
    help: "Open streams, by who opened them and protocol.",
    labels: ["direction", "protocol"],
    labelsOf(key) {
      const words = key.split(" ");
      return {direction: at(words, 0), protocol: protocolLabel(at(words, 1))};
    },
  },
  {
    source: "libp2p_dial_queue",
    type: "gauge",
    name: "libp2p_dial_queue_dials",
    help: "Dials that are running or queued.",
    labels: ["state"],
    // Its `size` is the sum of both.
    labelsOf: (key) => (key === "size" ? null : {state: key}),
  },
  {
    source: "libp2p_kad_dht_routing_table_size",
    type: "gauge",
    name: "libp2p_kad_dht_routing_table_peers",
    help: "Members in the routing table of the distributed hash table.",
    ...none,
  },
];

/** The metrics that are taken over: few, with few label values, and useful to find a fault of the network. */
export const KNOWN_METRICS: readonly KnownMetric[] = [
  ...GAUGES,
  counter("libp2p_connection_manager_dials_total", "Connections begun, by who dialled.", byDirection),
  counter(
    "libp2p_connection_manager_dial_errors_total",
    "Connections that failed at their beginning, by who dialled.",
    byDirection,
  ),
  counter("libp2p_tcp_listener_events_total", "What happened at the TCP listener.", byEvent),
  counter("libp2p_tcp_dialer_events_total", "What happened to outbound TCP connections.", byEvent),
  counter("libp2p_noise_xxhandshake_successes_total", "Encrypted connections that were agreed on.", none),
  counter("libp2p_noise_xxhandshake_error_total", "Encrypted connections that could not be agreed on.", none),
  counter("libp2p_noise_encrypted_packets_total", "Packets encrypted.", none),
  counter("libp2p_noise_decrypted_packets_total", "Packets decrypted.", none),
  counter("libp2p_noise_decrypt_errors_total", "Packets that could not be decrypted.", none),
  counter(
    "libp2p_kad_dht_outbound_rpc_requests_total",
    "Questions to the hash table of others.",
    byOperation,
  ),
  counter(
    "libp2p_kad_dht_outbound_rpc_errors_total",
    "Failed questions to the hash table of others.",
    byOperation,
  ),
  counter("libp2p_kad_dht_inbound_rpc_requests_total", "Questions of others to the hash table.", byOperation),
  counter(
    "libp2p_kad_dht_inbound_rpc_errors_total",
    "Failed questions of others to the hash table.",
    byOperation,
  ),
];
