import type {Network} from "../network/index.ts";
import type {MemberId} from "../rounds/index.ts";

/**
 * Number of records caused by a member's frames that may wait for the disk; then no more of its frames are
 * read.
 */
export const MOST_WAITING = 64;

/** Number of waiting records at which its frames are read again. */
export const FEW_WAITING = 16;

/** The records that wait for the disk because of each member's frames. */
export interface WriteBacklog {
  /** Notes a record to be written because of `origin`'s frame; `null` for one of this node's own accord. */
  begin(origin: MemberId | null): void;
  /** Notes that it is written. */
  end(origin: MemberId | null): void;
}

/** A {@link WriteBacklog} without records, which pauses members on `network` that cause too many. */
export function createWriteBacklog(network: Pick<Network, "pause" | "resume">): WriteBacklog {
  const waiting = new Map<MemberId, number>();
  const paused = new Set<MemberId>();
  const change = (origin: MemberId, by: number): number => {
    const count = (waiting.get(origin) ?? 0) + by;
    if (count === 0) waiting.delete(origin);
    else waiting.set(origin, count);
    return count;
  };
  return {
    begin(origin) {
      if (origin === null || change(origin, 1) < MOST_WAITING || paused.has(origin)) return;
      paused.add(origin);
      network.pause(origin);
    },
    end(origin) {
      if (origin === null || change(origin, -1) > FEW_WAITING || !paused.delete(origin)) return;
      network.resume(origin);
    },
  };
}
