/** The value at `index`; past the end not a number, so that what is computed with it cannot pass. */
export function valueAt(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}
