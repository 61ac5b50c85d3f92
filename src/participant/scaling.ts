import type {Plan} from "../consortium/index.ts";
import {
  errorOfReleased,
  type Feature,
  fromUnitRange,
  type GroupedRows,
  meanOf,
  type SealedSplit,
  type Standardiser,
  squaredDeviationOf,
  standardiserOf,
} from "../data/index.ts";
import type {LocalFacts} from "./local-facts.ts";
import type {CarriedStatistics} from "./stages.ts";

/** Scaling by the statistics of all sites together, which the certified model carries. */
export function federatedStandardiser(
  statistics: CarriedStatistics,
  features: readonly Feature[],
): Standardiser {
  const mean = fromUnitRange(statistics.mean, "mean", features);
  const meanSquaredDeviation = fromUnitRange(statistics.squaredDeviation, "squaredDeviation", features);
  return standardiserOf(
    {mean, meanSquaredDeviation, count: statistics.count},
    errorOfReleased(mean, features),
  );
}

/**
 * Scaling by the statistics of one site's train patients, or of any patients pooled; each patient counts
 * once.
 */
export function ownStandardiser(train: GroupedRows): Standardiser {
  const mean = meanOf(train);
  const meanSquaredDeviation = squaredDeviationOf(train, mean);
  return standardiserOf({mean, meanSquaredDeviation, count: train.patients ?? train.n});
}

/** Leaves every feature as it is. */
function unscaled({length}: readonly Feature[]): Standardiser {
  return {mean: new Float64Array(length), scale: new Float64Array(length).fill(1)};
}

/** Scaling of a training that shares nothing: {@link ownStandardiser}, unless the plan scales no column. */
export function unsharedStandardiser(
  standardisation: Plan["task"]["standardisation"],
  train: GroupedRows,
  features: readonly Feature[],
): Standardiser {
  return standardisation === "none" ? unscaled(features) : ownStandardiser(train);
}

/**
 * Scaling if the model carries none: by the site's train rows, or one that leaves every feature as it is. An
 * evaluator has no train rows and uses all of its rows.
 */
export function siteStandardiser(
  standardisation: Plan["task"]["standardisation"],
  {split, features}: {readonly split: SealedSplit; readonly features: readonly Feature[]},
): Standardiser {
  return unsharedStandardiser(standardisation, split.train.n === 0 ? split.test : split.train, features);
}

/**
 * Scaling of a site under the values of a snapshot: by the statistics that it carries, otherwise the site's
 * own. @param values null: before any snapshot of training
 */
export function scalingUnder({plan, stages, site}: LocalFacts, values: Float32Array | null): Standardiser {
  const carried = values === null ? null : stages.statisticsOf(values);
  if (carried !== null) return federatedStandardiser(carried, site.features);
  return siteStandardiser(plan.task.standardisation, site);
}
