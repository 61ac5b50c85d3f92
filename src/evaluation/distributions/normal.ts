const SERIES_LIMIT = 2;
const FRACTION_TERMS = 80;
const HALLEY_STEPS = 3;

/**
 * The standard normal distribution function, erfc(-z / sqrt 2) / 2. Its relative error is below 1e-12 for `z`
 * down to -37, where the result leaves the normal floating-point numbers.
 */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const upperTail = (x < SERIES_LIMIT ? 1 - erfSeries(x) : erfcFraction(x)) / 2;
  return z < 0 ? upperTail : 1 - upperTail;
}

/**
 * The standard normal quantile, the inverse of {@link normalCdf}, to 1e-12 for `probability` in (0, 1).
 *
 * The start is Abramowitz & Stegun 26.2.23 (error below 4.5e-4). Each Halley step then cubes the error. The
 * work is done in the lower tail, where the distribution function keeps its relative accuracy.
 */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) return -normalQuantile(1 - probability);
  const t = Math.sqrt(-2 * Math.log(probability));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let z = numerator / denominator - t;
  for (let step = 0; step < HALLEY_STEPS; step++) {
    const newton = (normalCdf(z) - probability) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2);
    z -= newton / (1 + (z * newton) / 2);
  }
  return z;
}

/** Half the width of a two-sided 95 % interval, in standard errors. */
export const NORMAL_95 = normalQuantile(0.975);

/** erf(x) for 0 <= x < 2 by the series of positive terms, Abramowitz & Stegun 7.1.6. */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; term > sum * Number.EPSILON * 0.1; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) for x >= 2 by the continued fraction, Abramowitz & Stegun 7.1.14, from its tail backwards. */
function erfcFraction(x: number): number {
  let fraction = x;
  for (let k = FRACTION_TERMS; k >= 1; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
