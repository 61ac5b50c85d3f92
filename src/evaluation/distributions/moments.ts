/** The arithmetic mean of `values` `[n]`, n >= 1. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] as number;
  return sum / values.length;
}

/**
 * The sample covariance of `left` and `right`, both `[n]`, n >= 2, with divisor n - 1. It takes two passes,
 * so equal values give exactly 0 if their sum is exact. The variance is the covariance with itself.
 */
export function sampleCovariance(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const meanLeft = mean(left);
  const meanRight = mean(right);
  let sum = 0;
  for (let index = 0; index < left.length; index++) {
    sum += ((left[index] as number) - meanLeft) * ((right[index] as number) - meanRight);
  }
  return sum / (left.length - 1);
}
