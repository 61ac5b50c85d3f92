/** What an outside observer knows of one node: when it started, and which certificates it has written down since. */
export interface Observed {
  /** When the process was started, in ms of the observer's clock; null while none runs. */
  startedMs: number | null;
  /** When the observer first saw certificates of training with the site's part, since the start; oldest first. */
  partsMs: number[];
  /** Whether the certificate of the last round was seen. */
  hasEnded: boolean;
}

const LAST = 20;

/** The middle of the last twenty times between two parts, of an even number the smaller; 0 without any. */
function usualMs(partsMs: readonly number[]): number {
  const gaps = partsMs.slice(1).map((atMs, index) => atMs - (partsMs[index] ?? atMs));
  const sorted = gaps.slice(-LAST).sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : (sorted[Math.ceil(sorted.length / 2) - 1] ?? 0);
}

/**
 * Whether a node is healthy, from its certificates alone: its part was certified since its start, and the last time not
 * longer ago than the plan's deadline and a usual round; or the run has ended.
 */
export function expectedHealth(
  {startedMs, partsMs, hasEnded}: Observed,
  nowMs: number,
  deadlineSeconds: number,
): boolean {
  const last = partsMs.at(-1);
  if (startedMs === null) return false;
  if (hasEnded) return true;
  return last !== undefined && nowMs - last <= 1000 * deadlineSeconds + usualMs(partsMs);
}
