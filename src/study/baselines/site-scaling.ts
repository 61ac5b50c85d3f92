import {at} from "../../core/index.ts";
import {
  fromUnitRange,
  meanOf,
  type PatientMatrix,
  type Standardiser,
  type StatisticalMoment,
  squaredDeviationOf,
  toUnitRange,
} from "../../data/index.ts";
import {federatedStandardiser, ownStandardiser} from "../../participant/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {averageUpdates} from "./average-updates.ts";
import type {Learning} from "./experiment.ts";

/** Mean and squared deviation of all sites, each computed in a round of its own, as by the daemons. */
function commonStandardiser(
  {features}: Learning,
  sites: readonly SiteData[],
  shares: readonly number[],
  reference: number,
): Standardiser {
  const averageOf = (
    moment: StatisticalMoment,
    statistic: (train: PatientMatrix) => Float64Array,
  ): Float32Array =>
    averageUpdates(
      new Float32Array(features.length),
      sites.map(({split}, index) => ({
        vector: toUnitRange(statistic(split.train), moment, features),
        share: at(shares, index),
      })),
    );
  const mean = averageOf("mean", meanOf);
  const center = fromUnitRange(mean, "mean", features);
  const squaredDeviation = averageOf("squaredDeviation", (train) => squaredDeviationOf(train, center));
  const count = Math.round(shares.reduce((sum, share) => sum + share, 0) * reference);
  return federatedStandardiser({mean, squaredDeviation, count}, features);
}

/**
 * Each site's scaling of its rows, in the sites' order, as the plan specifies and the daemons do it.
 * @param shares p of each site
 */
export function standardisersOf(
  learning: Learning,
  sites: readonly SiteData[],
  shares: readonly number[],
): Standardiser[] {
  const {plan, features} = learning;
  switch (plan.task.standardisation) {
    case "site":
      return sites.map(({split}) => ownStandardiser(split.train));
    case "federated": {
      const common = commonStandardiser(learning, sites, shares, plan.weights.reference);
      return sites.map(() => common);
    }
    case "none": {
      const {length} = features;
      return sites.map(() => ({mean: new Float64Array(length), scale: new Float64Array(length).fill(1)}));
    }
  }
}
