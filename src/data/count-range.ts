const BOUNDS = [1, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000];

/** A count as a range coarse enough to be passed on and logged: 0, 1-9, 10-19, ... 1000000 or more. */
export function countRange(count: number): string {
  const low = BOUNDS.findLast((bound) => bound <= count);
  if (low === undefined) return "0";
  const next = BOUNDS.find((bound) => bound > count);
  return next === undefined ? `${low} or more` : `${low}-${next - 1}`;
}
