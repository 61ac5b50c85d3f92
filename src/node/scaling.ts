import type {Plan} from "../consortium/index.ts";
import {
  type Feature,
  fromUnitRange,
  type Matrix,
  meanOf,
  type SealedSplit,
  type Standardiser,
  squaredDeviationOf,
  standardiserOf,
} from "../data/index.ts";
import type {CarriedStatistics} from "./stages.ts";

/** Scaling by the statistics of all sites together, as the certified model carries them. */
export function federatedStandardiser(
  statistics: CarriedStatistics,
  features: readonly Feature[],
): Standardiser {
  return standardiserOf(
    {
      mean: fromUnitRange(statistics.mean, "mean", features),
      meanSquaredDeviation: fromUnitRange(statistics.squaredDeviation, "squaredDeviation", features),
      count: statistics.count,
    },
    features,
  );
}

/** Scaling by the statistics of one site's train rows, or of any rows pooled. */
export function ownStandardiser(train: Matrix, features: readonly Feature[]): Standardiser {
  const mean = meanOf(train);
  return standardiserOf(
    {mean, meanSquaredDeviation: squaredDeviationOf(train, mean), count: train.n},
    features,
  );
}

/**
 * Scaling where the model carries none: by the site's train rows (an evaluator's, which has none, by all it has), or
 * one that leaves every feature as it is.
 */
export function siteStandardiser(
  standardisation: Plan["task"]["standardisation"],
  {split, features}: {readonly split: SealedSplit; readonly features: readonly Feature[]},
): Standardiser {
  if (standardisation === "none") {
    return {mean: new Float64Array(features.length), scale: new Float64Array(features.length).fill(1)};
  }
  return ownStandardiser(split.train.n === 0 ? split.test : split.train, features);
}
