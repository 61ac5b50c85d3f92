import {monitorEventLoopDelay} from "node:perf_hooks";
import type {Closable} from "./lifecycle.ts";
import type {Meter} from "./meter.ts";

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

/**
 * Creates the metrics of this process under the names that Prometheus's clients use. Closing stops the
 * measuring.
 */
export function createProcessMetrics(meter: Meter): Closable {
  const delays = monitorEventLoopDelay({resolution: RESOLUTION_MS});
  delays.enable();
  const started = meter.gauge({
    name: "process_start_time_seconds",
    help: "When the process started, since the Unix epoch.",
  });
  started.set({}, performance.timeOrigin / 1000);
  const cpu = meter.counter({
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, user and system.",
  });
  const resident = meter.gauge({
    name: "process_resident_memory_bytes",
    help: "Memory of the process that lies in RAM.",
  });
  const heap = meter.gauge({name: "nodejs_heap_size_used_bytes", help: "JavaScript heap in use."});
  const lag = meter.gauge({
    name: "nodejs_eventloop_lag_p99_seconds",
    help: "99th percentile of the event loop's delay since the last scrape.",
  });
  meter.onExposition(() => {
    const {user, system} = process.cpuUsage();
    const {rss, heapUsed} = process.memoryUsage();
    cpu.take({}, (user + system) / 1e6);
    resident.set({}, rss);
    heap.set({}, heapUsed);
    const delayed = delays.percentile(99) / NANOSECONDS - RESOLUTION_MS / 1000;
    lag.set({}, Number.isFinite(delayed) ? Math.max(0, delayed) : 0);
    delays.reset();
  });
  return {
    close: async () => void delays.disable(),
  };
}
