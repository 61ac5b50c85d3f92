/**
 * Root of the mean squared distance of the rows from their mean; sums in f64, in the order of the rows.
 * @param count number of rows
 * @param rowOf a row `[d]`; what it returns may be overwritten by the next call
 */
export function consensusDistance(count: number, rowOf: (row: number) => Float32Array): number {
  const mean = Float64Array.from(count === 0 ? [] : rowOf(0));
  for (let row = 1; row < count; row++) {
    const values = rowOf(row);
    for (let index = 0; index < mean.length; index++) mean[index] = (mean[index] ?? 0) + (values[index] ?? 0);
  }
  for (let index = 0; index < mean.length; index++) mean[index] = (mean[index] ?? 0) / count;
  let squares = 0;
  for (let row = 0; row < count; row++) {
    const values = rowOf(row);
    for (let index = 0; index < mean.length; index++) {
      const away = (values[index] ?? 0) - (mean[index] ?? 0);
      squares += away * away;
    }
  }
  return count === 0 ? 0 : Math.sqrt(squares / count);
}

/** The same of whole models; 0 at once where all are one. */
export function modelsDistance(models: readonly Float32Array[]): number {
  const none = new Float32Array();
  if (models.every((model) => model === models[0])) return 0;
  return consensusDistance(models.length, (row) => models[row] ?? none);
}
