import {statfs} from "node:fs/promises";
import type {Clock, Meter} from "../core/index.ts";

/** Least time between two looks at the disk, however often metrics are scraped. */
const LEAST_PAUSE_MS = 10_000;

/** Size of a disk and the part of it that this user can still fill, in bytes. */
export interface DiskSpace {
  readonly sizeBytes: number;
  readonly freeBytes: number;
}

/** Options of {@link createDiskMetrics}. */
export interface DiskMetricsOptions {
  /** The state directory. */
  readonly path: string;
  readonly clock: Clock;
  /** Measures the disk; the system's way when absent. */
  readonly space?: (path: string) => Promise<DiskSpace>;
}

async function spaceOf(path: string): Promise<DiskSpace> {
  const {bsize, blocks, bavail} = await statfs(path);
  return {sizeBytes: bsize * blocks, freeBytes: bsize * bavail};
}

/**
 * Makes the metrics of the disk that holds the state directory. A scrape starts a measurement if the last one
 * was ten seconds ago or more, and shows the result of the one before: it never waits for a disk that hangs.
 * Resolves after the first measurement; a figure that cannot be measured is NaN.
 */
export async function createDiskMetrics(meter: Meter, options: DiskMetricsOptions): Promise<void> {
  const {path, clock, space = spaceOf} = options;
  const free = meter.gauge({
    name: "consilium_storage_free_bytes",
    help: "Bytes that this node can still write to the disk of the state directory; NaN if unknown.",
  });
  const size = meter.gauge({
    name: "consilium_storage_size_bytes",
    help: "Size of the disk with the state directory; NaN where that is not told.",
  });
  let lookedMs = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  const look = async (): Promise<void> => {
    isLooking = true;
    const unknown = {sizeBytes: Number.NaN, freeBytes: Number.NaN};
    const {sizeBytes, freeBytes} = await space(path).catch(() => unknown);
    free.set({}, freeBytes);
    size.set({}, sizeBytes);
    lookedMs = clock.nowMs();
    isLooking = false;
  };
  await look();
  meter.onExposition(() => {
    if (!isLooking && clock.nowMs() - lookedMs >= LEAST_PAUSE_MS) void look();
  });
}
