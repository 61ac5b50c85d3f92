const CONFIDENCE = 0.95;
const BISECTIONS = 60;

/**
 * The t for which a Student variable with `degreesOfFreedom` (a whole number >= 1) lies in -t .. t with
 * probability 0.95: half the width of a two-sided 95 % interval, in standard errors.
 *
 * With t = sqrt(nu) tan(theta) the probability is a finite sum of positive terms that grows with theta
 * (Abramowitz & Stegun 26.7.3 and 26.7.4); theta is found by bisection of 0 .. pi/2.
 */
export function studentT95(degreesOfFreedom: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, degreesOfFreedom) < CONFIDENCE) low = middle;
    else high = middle;
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan(low);
}

/** P(|T| <= sqrt(nu) tan theta), Abramowitz & Stegun 26.7.3 (odd nu) and 26.7.4 (even nu). */
function centralProbability(theta: number, nu: number): number {
  const cosine = Math.cos(theta);
  const isOdd = nu % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = nu === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= nu - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}
