/** The largest number of missed rounds after which local progress is still worth keeping. */
export const MAX_REBASE_GAP_ROUNDS = 8;

/** A late member's local work, which no certificate contains. */
export interface LocalProgress {
  /** `[d]`, local parameters minus the snapshot from which they began. */
  readonly update: Float32Array;
  /** Number of rounds certified since without it: at least 1. */
  readonly gapRounds: number;
}

/**
 * The values from which a late member starts training: `now + 0.5^gap * update`. Only the start moves: the
 * member's next contribution is still measured from the common snapshot, and no old mass is sent again.
 * @param now the first `[d]` values of the newest certified snapshot; not changed
 * @returns a new vector, owned by the caller
 * @see docs/adr/0011: rejoin by gap
 */
export function rebase(now: Float32Array, progress: LocalProgress | null): Float32Array {
  const start = now.slice();
  if (progress === null || progress.gapRounds > MAX_REBASE_GAP_ROUNDS) return start;
  const share = 0.5 ** progress.gapRounds;
  for (let index = 0; index < start.length; index++) {
    start[index] = (start[index] as number) + share * (progress.update[index] as number);
  }
  return start;
}
