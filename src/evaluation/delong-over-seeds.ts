import {aurocCovariance, gainOf, standardised} from "./auroc.ts";
import {normalCdf} from "./distributions/normal.ts";
import type {Placements} from "./placements.ts";

/** Scores of two models of one seed for the same patients, in the same order. */
export interface PairedScores {
  /** Names the patients: seeds with equal names have the same ones in the same order. */
  readonly patients: string;
  /** 0 or 1 for each patient, `[n]`. */
  readonly labels: ArrayLike<number>;
  /** Finite, `[n]`, of the method under test. */
  readonly ours: ArrayLike<number>;
  /** Finite, `[n]`, of the baseline. */
  readonly baseline: ArrayLike<number>;
}

/**
 * DeLong's paired test of the mean over seeds of the difference of two AUROCs. A patient's placements are
 * averaged over the seeds that have the same patients, so the patient counts once in all of them. Seeds with
 * other patients count as independent. With one seed it is `delongPaired`. The test covers the variation of
 * patients and takes the models as given.
 *
 * @returns the two-sided p-value against no difference; null without seeds, if a class has fewer than two
 * patients, and if the difference has no variance
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE
 */
export function delongPairedOverSeeds(seeds: readonly PairedScores[]): number | null {
  if (seeds.length === 0) return null;
  let difference = 0;
  let variance = 0;
  for (const name of new Set(seeds.map(({patients}) => patients))) {
    const gain = sumOf(seeds.filter(({patients}) => patients === name).map(gainOf));
    if (gain === null) return null;
    const {ofPositives, ofNegatives} = gain;
    const wins = ofPositives.reduce((total, value) => total + value, 0);
    difference += wins / (ofPositives.length * ofNegatives.length);
    variance += aurocCovariance(gain, gain);
  }
  // Sums instead of means: both are S times as large, and their ratio is the same.
  const z = standardised(difference, variance);
  return z === null ? null : 2 * normalCdf(-Math.abs(z));
}

/** Sums patient by patient; null if one of the gains is. */
function sumOf(gains: readonly (Placements | null)[]): Placements | null {
  const [first, ...others] = gains;
  if (first == null) return null;
  const ofPositives = Float64Array.from(first.ofPositives);
  const ofNegatives = Float64Array.from(first.ofNegatives);
  for (const gain of others) {
    if (gain === null) return null;
    for (const [row, value] of gain.ofPositives.entries())
      ofPositives[row] = (ofPositives[row] as number) + value;
    for (const [row, value] of gain.ofNegatives.entries())
      ofNegatives[row] = (ofNegatives[row] as number) + value;
  }
  return {ofPositives, ofNegatives};
}
