import {standardise} from "../../data/index.ts";
import {ownStandardiser} from "../../node/index.ts";
import {type Experiment, type TrainedModel, takeSteps} from "./experiment.ts";
import type {SiteData} from "./site-data.ts";

/**
 * A site on its own: its train rows, its own scaling, the plan's optimiser, and as many steps as it takes in the
 * plan's rounds, without interruption.
 * @throws {CodedError} TRAINING_DIVERGED, DATA_MATRIX_EMPTY
 */
export function trainLocal(experiment: Experiment, {name, split}: SiteData): TrainedModel {
  const {plan, features, initial} = experiment;
  const standardiser = ownStandardiser(split.train, features);
  const {parameters} = takeSteps(experiment, {
    name,
    rows: standardise(split.train, standardiser),
    start: initial,
    firstStep: 0,
    steps: plan.rounds * plan.training.localSteps,
  });
  return {parameters, standardiser};
}
