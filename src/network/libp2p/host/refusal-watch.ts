import type {Clock, Logger, Meter} from "../../../core/index.ts";
import {networkOf} from "../../address-class.ts";
import type {Refusal} from "./incoming.ts";

/** Interval between log lines, in milliseconds: a log that anybody can fill helps nobody. */
const LINE_PAUSE_MS = 10 * 60_000;

/** Counts refused incoming connections by reason. */
export type RefusalCounter = (refusal: Refusal) => void;

/** Makes the metric of incoming connections that were refused; call it once for each registry. */
export function createIncomingMetrics(meter: Meter): RefusalCounter {
  const refused = meter.counter<"reason">({
    name: "consilium_network_incoming_refused_total",
    help: "Incoming connections that were ended before they proved who they are, by reason.",
    labels: ["reason"],
  });
  const reasons: readonly Refusal[] = ["full", "displaced", "silent", "slow"];
  for (const reason of reasons) refused.add({reason}, 0);
  return (reason) => refused.add({reason});
}

/** Counts refusals, and reports a shortage of places: at once, then once in ten minutes with their number. */
export function watchRefusals(
  {clock, logger}: {readonly clock: Clock; readonly logger: Logger},
  count: RefusalCounter,
): (refusal: Refusal, ip: string) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  let refused = 0;
  return (refusal, ip) => {
    count(refusal);
    refused += 1;
    const isShort = refusal === "full" || refusal === "displaced";
    if (!isShort || clock.nowMs() - toldMs < LINE_PAUSE_MS) return;
    logger.warn(
      "all places for incomplete connections are taken: somebody opens many connections and sends nothing",
      {
        address: networkOf(ip),
        detail: `${refused} refused`,
      },
    );
    toldMs = clock.nowMs();
    refused = 0;
  };
}
