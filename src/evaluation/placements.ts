/**
 * Number of patients of the other class over which each patient is ranked correctly, a tie counting one half.
 */
export interface Placements {
  /** Number of negatives scored lower than each positive, in the given order, `[m]`, 0 .. n - m. */
  readonly ofPositives: Float64Array;
  /** Number of positives scored higher than each negative, in the given order, `[n - m]`, 0 .. m. */
  readonly ofNegatives: Float64Array;
}

/**
 * Ranks `values` `[n]` from 1 in ascending order. Ties share the mean of their ranks. The result is `[n]`,
 * owned by the caller.
 */
export function midRanks(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Float64Array(values.length);
  let start = 0;
  while (start < order.length) {
    const value = values[order[start] as number];
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === value) end++;
    for (let place = start; place < end; place++) ranks[order[place] as number] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Computes the placements of checked patients in O(n log n): the mid-rank among all minus the mid-rank within
 * the own class (Sun & Xu 2014, who divide by the size of the other class). All are multiples of one half, so
 * their sums are exact.
 */
export function placements(labels: ArrayLike<number>, scores: ArrayLike<number>): Placements {
  const all = Float64Array.from(scores);
  const ranks = midRanks(all);
  const isOf = (label: number) => (_: number, row: number) => labels[row] === label;
  const ownRanks = (label: number) => midRanks(all.filter(isOf(label)));
  const ofPositives = subtract(ranks.filter(isOf(1)), ownRanks(1));
  const lowerPositives = subtract(ranks.filter(isOf(0)), ownRanks(0));
  return {ofPositives, ofNegatives: lowerPositives.map((count) => ofPositives.length - count)};
}

/** Subtracts: `left` - `right`, both `[n]`, element by element. The caller owns the result. */
export function subtract(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] as number));
}
