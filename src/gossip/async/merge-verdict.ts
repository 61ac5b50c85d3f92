/** What two sides of a healed partition do with their estimates. */
export type MergeVerdict = "mix" | "adopt-theirs" | "adopt-ours";

/** One side of a partition: its estimate `[d]` and the weight behind it. */
export interface Lineage {
  readonly estimate: Float64Array;
  readonly weight: number;
}

function distance(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let index = 0; index < a.length; index++) squares += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

/**
 * Whether two lineages that parted at `fork` may be mixed. When they are further apart than half the sum of the ways
 * they went, they went different ways, and their mean may be worse than either: then the side of smaller weight
 * adopts the other's estimate. Who has not moved at all has nothing to lose, so neither side has diverged.
 */
export function mergeVerdict(ours: Lineage, theirs: Lineage, fork: Float64Array): MergeVerdict {
  const apart = distance(ours.estimate, theirs.estimate);
  const [ourWay, theirWay] = [distance(ours.estimate, fork), distance(theirs.estimate, fork)];
  if (ourWay === 0 || theirWay === 0 || apart <= 0.5 * ourWay + 0.5 * theirWay) return "mix";
  return ours.weight >= theirs.weight ? "adopt-ours" : "adopt-theirs";
}
