/**
 * Holm's step-down correction: the p-values of one family `[m]`, each so that those at most alpha can be rejected with a
 * chance of at most alpha that any of them is rejected wrongly, whatever their dependence. The k-th smallest is
 * multiplied by m + 1 - k and is at least as large as those before it, at most 1.
 *
 * @returns in the order given, the caller's
 * @see Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6:65 (1979)
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = pValues.map(() => 1);
  let largest = 0;
  for (const [rank, place] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[place] ?? 1)));
    adjusted[place] = largest;
  }
  return adjusted;
}
