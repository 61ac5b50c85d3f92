import {at} from "../core/index.ts";

/** Default confidence of the bound of a sample. */
const QUANTILE = 0.9999;

/** A random sample of a consortium. */
export interface Sample {
  /** n, the number of members to draw from. */
  readonly members: number;
  /** Number of bad ones among them, in 0 .. n. */
  readonly faulty: number;
  /** s, the number drawn without replacement, in 0 .. n. */
  readonly drawn: number;
}

/**
 * The number of bad members that a robust rule must withstand in a random sample: the least q with P(bad in
 * the sample <= q) >= `quantile`, hypergeometric.
 */
export function sampleBound({members, faulty, drawn}: Sample, quantile = QUANTILE): number {
  const fewest = Math.max(0, drawn - (members - faulty));
  const most = Math.min(faulty, drawn);
  const mode = Math.floor(((drawn + 1) * (faulty + 1)) / (members + 2));
  // P(bad + 1) / P(bad); from the mode outwards the shares only fall, so no factorial is needed.
  const ratio = (bad: number): number =>
    ((faulty - bad) * (drawn - bad)) / ((bad + 1) * (members - faulty - drawn + bad + 1));
  const shares = new Float64Array(most - fewest + 1);
  shares[mode - fewest] = 1;
  for (let bad = mode; bad < most; bad++) shares[bad + 1 - fewest] = at(shares, bad - fewest) * ratio(bad);
  for (let bad = mode; bad > fewest; bad--) {
    shares[bad - 1 - fewest] = at(shares, bad - fewest) / ratio(bad - 1);
  }
  const total = shares.reduce((sum, share) => sum + share, 0);
  let below = 0;
  return fewest + shares.findIndex((share) => (below += share) >= quantile * total);
}
