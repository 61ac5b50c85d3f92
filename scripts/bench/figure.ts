/** One measured figure of the project. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bar that the figure is held to, or null where there is none. */
  readonly reference: number | null;
  /** What each run gave, in their order. */
  readonly runs: readonly number[];
}

/** Runs of every figure, unless its file says otherwise. */
export const RUNS = 5;

/** `value` with four significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** The median of `values`. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** A figure whose value is the least of its runs. */
export function leastOf(
  name: string,
  unit: string,
  runs: readonly number[],
  reference: number | null,
): Figure {
  return {name, value: rounded(Math.min(...runs)), unit, reference, runs: runs.map(rounded)};
}
