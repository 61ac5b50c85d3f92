import {
  meanOf,
  type Standardiser,
  squaredDeviationOf,
  standardise,
  standardiserOf,
} from "../../data/index.ts";
import {ownStandardiser} from "../../node/index.ts";
import type {Experiment} from "./experiment.ts";
import type {SiteData} from "./site-data.ts";

/** What central federated averaging gives. */
export interface FedAvgModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  /** How each site scales its rows, in the sites' order. */
  readonly standardisers: readonly Standardiser[];
}

interface Weighted {
  readonly vector: ArrayLike<number>;
  readonly weight: number;
}

/** Sum of weight * vector over the sum of the weights, in f64. */
function weightedMean(parts: readonly Weighted[]): Float64Array {
  const total = parts.reduce((sum, {weight}) => sum + weight, 0);
  const sums = new Float64Array(parts[0]?.vector.length ?? 0);
  for (const {vector, weight} of parts) {
    for (let index = 0; index < sums.length; index++) {
      sums[index] = (sums[index] ?? 0) + weight * (vector[index] ?? 0);
    }
  }
  return sums.map((sum) => sum / total);
}

function commonStandardiser(
  {features}: Experiment,
  sites: readonly SiteData[],
  weights: readonly number[],
): Standardiser {
  const meanOver = (statistic: (site: SiteData) => Float64Array): Float64Array =>
    weightedMean(sites.map((site, index) => ({vector: statistic(site), weight: weights[index] ?? 0})));
  const mean = meanOver(({split}) => meanOf(split.train));
  const meanSquaredDeviation = meanOver(({split}) => squaredDeviationOf(split.train, mean));
  const count = weights.reduce((sum, weight) => sum + weight, 0);
  return standardiserOf({mean, meanSquaredDeviation, count}, features);
}

function standardisersOf(
  experiment: Experiment,
  sites: readonly SiteData[],
  weights: readonly number[],
): Standardiser[] {
  const {plan, features} = experiment;
  switch (plan.task.standardisation) {
    case "site":
      return sites.map(({split}) => ownStandardiser(split.train, features));
    case "federated": {
      const common = commonStandardiser(experiment, sites, weights);
      return sites.map(() => common);
    }
    case "none": {
      const {length} = features;
      return sites.map(() => ({mean: new Float64Array(length), scale: new Float64Array(length).fill(1)}));
    }
  }
}

/**
 * Federated averaging by one machine that holds everything: each round, every site's local steps from the common
 * f32 snapshot, with the daemons' own batches; then the mean weighted by train patients, summed in f64. What the
 * daemons compute together must equal it.
 * @param sites at least one
 * @param onRound is given the model after each round
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 * @see McMahan et al. 2017, algorithm 1, with all clients in each round
 */
export async function trainFedAvg(
  experiment: Experiment,
  sites: readonly SiteData[],
  onRound: (round: number, model: FedAvgModel) => void = () => {},
): Promise<FedAvgModel> {
  const {plan, initial} = experiment;
  const {localSteps} = plan.training;
  const weights = sites.map(({split}) => Math.min(split.train.patients, plan.weights.cap));
  const standardisers = standardisersOf(experiment, sites, weights);
  const members = sites.map(({name, split}, index) => {
    const standardiser = standardisers[index];
    const rows = standardiser === undefined ? split.train : standardise(split.train, standardiser);
    return {name, rows, weight: weights[index] ?? 0};
  });
  let snapshot = initial.slice();
  for (let round = 0; round < plan.rounds; round++) {
    const start = snapshot;
    const firstStep = round * localSteps;
    const parts: Weighted[] = [];
    for (const {name, rows, weight} of members) {
      const vector = await experiment.takeSteps({name, rows, start, firstStep, steps: localSteps});
      parts.push({vector, weight});
    }
    snapshot = Float32Array.from(weightedMean(parts));
    onRound(round, {parameters: snapshot, standardisers});
  }
  return {parameters: snapshot, standardisers};
}
