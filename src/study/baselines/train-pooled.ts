import {joinMatrices, standardise} from "../../data/index.ts";
import {unsharedStandardiser} from "../../participant/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Learning, TrainedModel, TrainingPlan} from "./experiment.ts";

/** Name under which the pooled rows are shuffled. A site's name cannot contain "+". */
const POOLED_NAME = "pooled+";

/**
 * Number of steps of the pooled training that see as many examples as all sites together. Both then make the
 * same number of passes over the joined rows. A site with fewer rows than a batch takes all its rows.
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
 * Trains once on all sites' train rows in one place, which no consortium could do. The rows are scaled by
 * their own statistics (or not at all, depending on the plan). The training uses the plan's optimiser and
 * makes as many passes over the rows as the sites make together.
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
