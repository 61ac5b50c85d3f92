import {statfs} from "node:fs/promises";
import type {Clock, Meter} from "../core/index.ts";

/** However often metrics are scraped, the disk is asked no more often. */
const LEAST_PAUSE_MS = 10_000;

/** A disk's size and what of it this user can still fill, in bytes. */
export interface DiskSpace {
  readonly sizeBytes: number;
  readonly freeBytes: number;
}

/** What {@link createDiskMetrics} looks at. */
export interface DiskMetricsOptions {
  /** The state directory. */
  readonly path: string;
  readonly clock: Clock;
  /** How the disk is asked; the system's way when absent. */
  readonly space?: (path: string) => Promise<DiskSpace>;
}

async function spaceOf(path: string): Promise<DiskSpace> {
  const {bsize, blocks, bavail} = await statfs(path);
  return {sizeBytes: bsize * blocks, freeBytes: bsize * bavail};
}

/**
 * Makes the metrics of the disk that holds the state directory. A scrape begins to look when the last look was ten
 * seconds ago or more, and shows what the look before found: it never waits for a disk that hangs. Resolves after the
 * first look; what cannot be looked at is NaN.
 */
export async function createDiskMetrics(meter: Meter, options: DiskMetricsOptions): Promise<void> {
  const {path, clock, space = spaceOf} = options;
  const free = meter.gauge({
    name: "consilium_storage_free_bytes",
    help: "What of the disk with the state directory this node can still fill; NaN where that is not told.",
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
