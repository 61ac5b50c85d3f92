/**
 * The cap on weights that the members' votes decide: the lower median of the votes. Each member's vote counts
 * once, whatever its weight. While the honest are more than half, the cap lies between the least and the
 * greatest honest vote. Votes that are not finite or not above 0 are ignored.
 * @returns infinite without a valid vote
 */
export function votedWeightCap(votes: readonly number[]): number {
  const valid = votes.filter((vote) => Number.isFinite(vote) && vote > 0).sort((a, b) => a - b);
  return valid[(valid.length - 1) >> 1] ?? Number.POSITIVE_INFINITY;
}
