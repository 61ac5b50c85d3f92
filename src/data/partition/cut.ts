/**
 * `rows` in order, cut into one run a share: the runs end where the shares' running sum, times the number of rows,
 * is rounded to; the last one takes what is left.
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

/** `rows` in order, cut into `count` runs whose lengths differ by one at most. */
export function cutEvenly(rows: readonly number[], count: number): number[][] {
  const end = (run: number): number => Math.floor((run * rows.length) / count);
  return Array.from({length: count}, (_, run) => rows.slice(end(run), end(run + 1)));
}
