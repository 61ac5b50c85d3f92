import {weightCap} from "../../consortium/index.ts";
import {
  fromUnitRange,
  type Moment,
  meanOf,
  type PatientMatrix,
  type Standardiser,
  squaredDeviationOf,
  standardise,
  toUnitRange,
} from "../../data/index.ts";
import {federatedStandardiser, ownStandardiser} from "../../node/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Experiment} from "./experiment.ts";
import type {SiteData} from "./site-data.ts";

/** What central federated averaging gives. */
export interface FedAvgModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  /** How each site scales its rows, in the sites' order. */
  readonly standardisers: readonly Standardiser[];
}

/** One site's vector and the share p = n / N0 that it counts with. */
interface Weighted {
  readonly vector: Float32Array;
  readonly share: number;
}

/**
 * reference + sum of p_i (x_i - reference) / sum of p_i: federated averaging in the form of updates (Reddi et al.,
 * Adaptive federated optimization, ICLR 2021, with SGD of rate 1). Sums are taken in f64; what the daemons send as f32
 * is rounded to f32 here too, so that the two can be compared where training lets rounding errors grow.
 */
function averageUpdates(reference: Float32Array, parts: readonly Weighted[]): Float32Array {
  const total = parts.reduce((sum, {share}) => sum + share, 0);
  return reference.map((start, index) => {
    let sum = 0;
    for (const {vector, share} of parts) {
      sum += Math.fround(Math.fround((vector[index] ?? 0) - start) * share);
    }
    return start + Math.fround(sum) / total;
  });
}

/** Mean and squared deviation of all sites, each a round of its own as at the daemons. */
function commonStandardiser(
  {features}: Experiment,
  sites: readonly SiteData[],
  shares: readonly number[],
  reference: number,
): Standardiser {
  const averageOf = (moment: Moment, statistic: (train: PatientMatrix) => Float64Array): Float32Array =>
    averageUpdates(
      new Float32Array(features.length),
      sites.map(({split}, index) => ({
        vector: toUnitRange(statistic(split.train), moment, features),
        share: shares[index] ?? 0,
      })),
    );
  const mean = averageOf("mean", meanOf);
  const center = fromUnitRange(mean, "mean", features);
  const squaredDeviation = averageOf("squaredDeviation", (train) => squaredDeviationOf(train, center));
  const count = Math.round(shares.reduce((sum, share) => sum + share, 0) * reference);
  return federatedStandardiser({mean, squaredDeviation, count}, features);
}

function standardisersOf(
  experiment: Experiment,
  sites: readonly SiteData[],
  shares: readonly number[],
): Standardiser[] {
  const {plan, features} = experiment;
  switch (plan.task.standardisation) {
    case "site":
      return sites.map(({split}) => ownStandardiser(split.train, features));
    case "federated": {
      const common = commonStandardiser(experiment, sites, shares, plan.weights.reference);
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
 * f32 snapshot, with the daemons' own batches; then {@link averageUpdates}, weighted by train patients. What the daemons
 * compute together must equal it, for a plan without drift correction, normalisation, local tensors and outer step:
 * this follows none of them.
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
  const {reference} = plan.weights;
  const cap = weightCap(plan);
  const {proximal} = plan.training;
  const shares = sites.map(({split}) => Math.min(split.train.patients, cap) / reference);
  const standardisers = standardisersOf(experiment, sites, shares);
  const members = sites.map(({name, split}, index) => {
    const standardiser = standardisers[index];
    const rows = standardiser === undefined ? split.train : standardise(split.train, standardiser);
    return {name, rows, share: shares[index] ?? 0};
  });
  let snapshot: Float32Array = initial.slice();
  for (let round = 0; round < plan.rounds; round++) {
    const start = snapshot;
    const parts: Weighted[] = [];
    for (const {name, rows, share} of members) {
      const steps = stepsOf(plan.training, examplesOf(plan.model, rows));
      const vector = await experiment.takeSteps({
        name,
        rows,
        start,
        firstStep: round * steps,
        steps,
        proximal,
      });
      parts.push({vector, share});
    }
    snapshot = averageUpdates(start, parts);
    onRound(round, {parameters: snapshot, standardisers});
  }
  return {parameters: snapshot, standardisers};
}
