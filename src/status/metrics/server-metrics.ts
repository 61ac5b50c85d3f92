import type {Meter} from "../../core/index.ts";

/** Reasons for which a request is refused before it is answered. */
export type RefusalReason = "host" | "origin" | "token" | "rate" | "streams";

/** The metrics of the status server itself. */
export interface ServerMetrics {
  refused(reason: RefusalReason): void;
  /** Notes that an event stream was opened (1) or ended (-1). */
  streams(change: 1 | -1): void;
}

/** Makes {@link ServerMetrics} in `meter`. */
export function createServerMetrics(meter: Meter): ServerMetrics {
  const refusals = meter.counter<"reason">({
    name: "consilium_status_refusals_total",
    help: "Requests to the status server that were refused, by reason.",
    labels: ["reason"],
  });
  const streams = meter.gauge({
    name: "consilium_status_event_streams",
    help: "Open streams of events.",
  });
  return {
    refused: (reason) => refusals.add({reason}),
    streams: (change) => streams.add({}, change),
  };
}
