import {joinMatrices, standardise} from "../../data/index.ts";
import {unsharedStandardiser} from "../../node/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Learning, TrainedModel, TrainingPlan} from "./experiment.ts";
import type {SiteData} from "./site-data.ts";

/** Name under which the pooled rows are shuffled; "+" cannot be in a site's name. */
const POOLED_NAME = "pooled+";

/**
 * Steps of the pooled training in which as many examples are seen as at all sites together, so that both make the same
 * number of passes over the joined rows. A site with fewer rows than a batch takes all it has.
 */
function pooledSteps({rounds, training}: TrainingPlan, sizes: readonly number[]): number {
  const {batchSize} = training;
  if (batchSize === "all") return rounds * Math.max(...sizes.map((size) => stepsOf(training, size)));
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const seen = sizes.reduce(
    (sum, size) => sum + rounds * stepsOf(training, size) * Math.min(batchSize, size),
    0,
  );
  return Math.max(1, Math.round(seen / Math.min(batchSize, rows)));
}

/**
 * What no consortium can have: one training on all sites' train rows in one place, scaled by their own statistics (or
 * not at all, as the plan has it), with the plan's optimiser and as many passes over the rows as the sites make together.
 * @param sites at least one
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 */
export async function trainPooled(learning: Learning, sites: readonly SiteData[]): Promise<TrainedModel> {
  const {plan, features, initial} = learning;
  const train = joinMatrices(sites.map(({split}) => split.train));
  const standardiser = unsharedStandardiser(plan.task.standardisation, train, features);
  const sizes = sites.map(({split}) => examplesOf(plan.model, split.train));
  const parameters = await learning.takeSteps({
    name: POOLED_NAME,
    rows: standardise(train, standardiser),
    start: initial,
    firstStep: 0,
    steps: pooledSteps(plan, sizes),
    proximal: 0,
  });
  return {parameters, standardiser};
}
