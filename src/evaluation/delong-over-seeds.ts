import {aurocCovariance, gainOf, standardised} from "./auroc.ts";
import {normalCdf} from "./normal.ts";
import type {Placements} from "./placements.ts";

/** Scores of two models of one seed for the same patients, in the same order. */
export interface PairedScores {
  /** Names the patients: seeds with equal names have the same ones in the same order. */
  readonly patients: string;
  /** 0 or 1 for each patient, `[n]`. */
  readonly labels: ArrayLike<number>;
  /** Finite, `[n]`, of the method under test. */
  readonly ours: ArrayLike<number>;
  /** Finite, `[n]`, of what it is compared with. */
  readonly baseline: ArrayLike<number>;
}

/**
 * DeLong's paired test of the mean over seeds of the difference of two AUROCs. The placements of a patient are
 * averaged over the seeds that have the same patients, so that a patient's part in all of them counts as one; seeds
 * with other patients count as independent of those. With one seed it is `delongPaired`. It speaks of patients: the
 * models are taken as they are.
 *
 * @returns the two-sided p-value against no difference; null without seeds, when a class has fewer than two patients, and
 * when there is no variance to be measured by
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
  // Sums in place of means: both are S times as large, and their ratio is the same.
  const z = standardised(difference, variance);
  return z === null ? null : 2 * normalCdf(-Math.abs(z));
}

/** Patient by patient; null where one is. */
function sumOf(gains: readonly (Placements | null)[]): Placements | null {
  const [first, ...others] = gains;
  if (first == null) return null;
  const ofPositives = Float64Array.from(first.ofPositives);
  const ofNegatives = Float64Array.from(first.ofNegatives);
  for (const gain of others) {
    if (gain === null) return null;
    for (const [row, value] of gain.ofPositives.entries()) ofPositives[row] = (ofPositives[row] ?? 0) + value;
    for (const [row, value] of gain.ofNegatives.entries()) ofNegatives[row] = (ofNegatives[row] ?? 0) + value;
  }
  return {ofPositives, ofNegatives};
}
