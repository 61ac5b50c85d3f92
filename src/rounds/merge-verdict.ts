/** The treatment of the two estimates when a partition heals. */
export type MergeVerdict = "mix" | "adopt-theirs" | "adopt-ours";

/** One side of a partition: its estimate `[d]` and the weight behind it. */
export interface Lineage {
  readonly estimate: Float64Array;
  readonly weight: number;
}

function distance(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let index = 0; index < a.length; index++)
    squares += ((a[index] as number) - (b[index] as number)) ** 2;
  return Math.sqrt(squares);
}

/**
 * Decides whether two lineages that parted at `fork` may be mixed. If their distance exceeds half the sum of
 * their distances from `fork`, they went different ways, and their mean may be worse than either. The side of
 * smaller weight then adopts the other's estimate. A side that has not moved at all has nothing to lose, so
 * the two have not diverged.
 */
export function mergeVerdict(ours: Lineage, theirs: Lineage, fork: Float64Array): MergeVerdict {
  const apart = distance(ours.estimate, theirs.estimate);
  const [ourWay, theirWay] = [distance(ours.estimate, fork), distance(theirs.estimate, fork)];
  if (ourWay === 0 || theirWay === 0 || apart <= 0.5 * ourWay + 0.5 * theirWay) return "mix";
  return ours.weight >= theirs.weight ? "adopt-ours" : "adopt-theirs";
}
