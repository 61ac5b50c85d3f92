import {standardise} from "../../data/index.ts";
import {unsharedStandardiser} from "../../participant/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import type {Learning, TrainedModel} from "./experiment.ts";

/**
 * Trains a site alone: its train rows, its own scaling (none if the plan scales nothing), the plan's
 * optimiser, and as many steps as it takes in the plan's rounds, without interruption.
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 */
export async function trainLocal(learning: Learning, {name, split}: SiteData): Promise<TrainedModel> {
  const {plan, features, initial} = learning;
  const standardiser = unsharedStandardiser(plan.task.standardisation, split.train, features);
  const parameters = await learning.takeSteps({
    name,
    rows: standardise(split.train, standardiser),
    start: initial,
    firstStep: 0,
    steps: plan.rounds * stepsOf(plan.training, examplesOf(plan.model, split.train)),
    proximal: 0,
  });
  return {parameters, standardiser};
}
