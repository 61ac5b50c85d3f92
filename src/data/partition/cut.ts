/**
 * `rows` in order, cut into one run for each share. A run ends at the rounded running sum of the shares,
 * times the number of rows; the last one takes the rest.
 * @param shares at least one, together 1
 */
export function cutByShares(rows: readonly number[], shares: readonly number[]): number[][] {
  let share = 0;
  let from = 0;
  return shares.map((part, index) => {
    share += part;
    const to = index === shares.length - 1 ? rows.length : Math.round(share * rows.length);
    const run = rows.slice(from, to);
    from = to;
    return run;
  });
}

/** `rows` in order, cut into `count` runs whose lengths differ by at most one. */
export function cutEvenly(rows: readonly number[], count: number): number[][] {
  const end = (run: number): number => Math.floor((run * rows.length) / count);
  return Array.from({length: count}, (_, run) => rows.slice(end(run), end(run + 1)));
}
