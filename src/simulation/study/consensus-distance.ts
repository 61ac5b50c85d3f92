/**
 * How far nodes are from agreement: the root of the mean over nodes of the squared distance from their mean model;
 * exactly 0 where all hold the same array.
 * @param models `[n][d]`
 */
export function consensusDistance(models: readonly Float32Array[]): number {
  const [first] = models;
  if (first === undefined || models.every((model) => model === first)) return 0;
  const mean = new Float64Array(first.length);
  for (const model of models) {
    for (let index = 0; index < mean.length; index++) {
      mean[index] = (mean[index] ?? 0) + (model[index] ?? 0) / models.length;
    }
  }
  let sum = 0;
  for (const model of models) {
    for (let index = 0; index < mean.length; index++) sum += ((model[index] ?? 0) - (mean[index] ?? 0)) ** 2;
  }
  return Math.sqrt(sum / models.length);
}
