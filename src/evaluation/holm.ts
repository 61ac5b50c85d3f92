/**
 * Holm's step-down correction of the p-values of one family, `[m]`. If those at most alpha are rejected, the
 * chance of any false rejection is at most alpha, whatever their dependence. The k-th smallest is multiplied
 * by m + 1 - k; it is at least as large as those before it, and at most 1.
 *
 * @returns in the given order, owned by the caller
 * @see Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6:65
 * (1979)
 */
export function holm(pValues: readonly number[]): number[] {
  const ascending = [...pValues.entries()].sort(([, a], [, b]) => a - b);
  const adjusted = pValues.map(() => 1);
  let largest = 0;
  for (const [rank, [place, pValue]] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValue));
    adjusted[place] = largest;
  }
  return adjusted;
}
