import type {Meter} from "../../core/index.ts";
import type {Node, NodeView} from "../../node/index.ts";
import {timestampSeconds} from "./timestamp.ts";

function createOffenceMetrics(meter: Meter): (view: NodeView) => void {
  const labels = ["peer"] as const;
  const violations = meter.counter<"peer">({
    name: "consilium_peer_violations_total",
    help: "How many times the member broke the wire format.",
    labels,
  });
  const exclusions = meter.counter<"peer">({
    name: "consilium_network_exclusions_total",
    help: "How many times the member was kept out for a time: it overspent its budget, or broke the wire format.",
    labels,
  });
  return ({peers}) => {
    for (const {name: peer, link} of peers) {
      violations.take({peer}, link.violations);
      exclusions.take({peer}, link.exclusions);
    }
  };
}

function createLinkMetrics(meter: Meter): (view: NodeView) => void {
  const labels = ["peer"] as const;
  const up = meter.gauge<"peer">({
    name: "consilium_peer_up",
    help: "1 when the member is linked and speaks; else 0.",
    labels,
  });
  const sent = meter.counter<"peer">({
    name: "consilium_sent_bytes_total",
    help: "Bytes to the member since the start, framing included.",
    labels,
  });
  const received = meter.counter<"peer">({
    name: "consilium_received_bytes_total",
    help: "Bytes from the member since the start, framing included.",
    labels,
  });
  const rtt = meter.gauge<"peer">({
    name: "consilium_peer_rtt_seconds",
    help: "Last measured round trip; NaN where none was measured, or the link is silent or down.",
    labels,
  });
  const heard = meter.gauge<"peer">({
    name: "consilium_peer_last_heard_timestamp_seconds",
    help: "When the last byte came from the member, since the Unix epoch; 0 for not since the start.",
    labels,
  });
  const silent = meter.gauge<"peer">({
    name: "consilium_peer_silent",
    help: "1 when the member is linked and nothing has come from it for two heartbeats; else 0.",
    labels,
  });
  const exchange = meter.gauge<"peer">({
    name: "consilium_peer_last_exchange_timestamp_seconds",
    help: "When parameters last went to or came from the member, since the Unix epoch; 0 for not since the start.",
    labels,
  });
  return ({peers}) => {
    for (const {name: peer, link, lastExchangeWallMs} of peers) {
      up.set({peer}, link.status === "up" ? 1 : 0);
      silent.set({peer}, link.status === "silent" ? 1 : 0);
      heard.set({peer}, timestampSeconds(link.lastHeardWallMs));
      sent.take({peer}, link.bytesSent);
      received.take({peer}, link.bytesReceived);
      rtt.set({peer}, link.rttMs === undefined ? Number.NaN : link.rttMs / 1000);
      exchange.set({peer}, timestampSeconds(lastExchangeWallMs));
    }
  };
}

/** Makes the metrics of a node's peers, one value for each name on the roster. */
export function createPeerMetrics(meter: Meter, releases: Node["releases"]): (view: NodeView) => void {
  const links = createLinkMetrics(meter);
  const offences = createOffenceMetrics(meter);
  const labels = ["peer", "kind"] as const;
  const messages = meter.counter<"peer" | "kind">({
    name: "consilium_released_messages_total",
    help: "What has left for the member, by kind, as /v1/releases counts it over all days it holds.",
    labels,
  });
  const bytes = meter.counter<"peer" | "kind">({
    name: "consilium_released_bytes_total",
    help: "Its bytes, without framing.",
    labels,
  });
  return (view) => {
    links(view);
    offences(view);
    const sums = new Map<string, {peer: string; kind: string; messages: number; bytes: number}>();
    for (const {peer, kind, ...count} of releases()) {
      const key = `${kind} ${peer}`;
      const sum = sums.get(key) ?? {peer, kind, messages: 0, bytes: 0};
      sums.set(key, {
        ...sum,
        messages: sum.messages + count.messages,
        bytes: sum.bytes + count.bytes,
      });
    }
    for (const {peer, kind, ...sum} of sums.values()) {
      messages.take({peer, kind}, sum.messages);
      bytes.take({peer, kind}, sum.bytes);
    }
  };
}
