import {createProcessMetrics, type MetricRegistry, systemClock} from "../../src/core/index.ts";
import {createLibp2pMetrics} from "../../src/network/libp2p/host/libp2p-metrics.ts";
import {createIncomingMetrics} from "../../src/network/libp2p/host/refusal-watch.ts";
import {createDiskMetrics} from "../../src/storage/index.ts";

/** Makes in the registry of a status server what a daemon makes in it beside the server. */
export async function completeRegistry(registry: MetricRegistry): Promise<void> {
  await createProcessMetrics(registry).close();
  await createDiskMetrics(registry, {path: ".", clock: systemClock});
  createLibp2pMetrics(registry);
  createIncomingMetrics(registry);
}
