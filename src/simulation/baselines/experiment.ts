import type {Plan} from "../../consortium/index.ts";
import type {Feature, Matrix, PatientMatrix, Standardiser} from "../../data/index.ts";
import {standardise} from "../../data/index.ts";
import type {ComputeBackend, Model} from "../../model/index.ts";
import {initialParameters} from "../../model/index.ts";
import {patientScores} from "../../node/index.ts";
import {type LocalStepsResult, matrixSource, shuffledOrder, trainLocally} from "../../training/index.ts";

/** What of a plan decides a training. */
export type TrainingPlan = Pick<Plan, "seed" | "rounds" | "model" | "training" | "weights"> & {
  readonly task: Pick<Plan["task"], "standardisation">;
};

/** A plan's training without its network: the same model, start, optimiser and batches as the daemons'. */
export interface Experiment {
  readonly plan: TrainingPlan;
  readonly features: readonly Feature[];
  readonly model: Model;
  /** `[layoutSize]`, what every training of the plan starts from; not to be changed. */
  readonly initial: Float32Array;
}

/** A model that can be used: parameters and the scaling that belongs to them. */
export interface TrainedModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  readonly standardiser: Standardiser;
}

/**
 * Sets up an {@link Experiment} on an open backend, which the caller closes.
 * @throws {CodedError} MODEL_SPEC_INVALID
 */
export function createExperiment(
  backend: ComputeBackend,
  plan: TrainingPlan,
  features: readonly Feature[],
): Experiment {
  const model = backend.build(plan.model, features.length);
  return {plan, features, model, initial: initialParameters(plan.model, features.length, plan.seed)};
}

/** Steps that one site takes in an experiment. */
export interface SiteSteps {
  /** Decides the batches, with the plan's seed. */
  readonly name: string;
  /** Scaled train rows `[n, d]`. */
  readonly rows: Matrix;
  readonly start: Float32Array;
  /** Steps of the run before these. */
  readonly firstStep: number;
  readonly steps: number;
}

/**
 * Local steps as a daemon's training thread takes them, in this thread.
 * @throws {CodedError} TRAINING_DIVERGED
 */
export function takeSteps({plan, model}: Experiment, site: SiteSteps): LocalStepsResult {
  const {name, rows, start, firstStep, steps} = site;
  const {optimizer, batchSize} = plan.training;
  return trainLocally({
    model,
    optimizer,
    source: matrixSource(rows),
    order: shuffledOrder({seed: plan.seed, site: name, n: rows.n, batchSize}),
    start,
    firstStep,
    steps,
    isCancelled: () => false,
  });
}

/** Labels and mean scores of the patients of `rows` (raw values), scaled as `standardiser` says. */
export function scorePatients(
  model: Model,
  {parameters, standardiser}: TrainedModel,
  rows: PatientMatrix,
): ReturnType<typeof patientScores> {
  const {n, d, values} = standardise(rows, standardiser);
  return patientScores(rows, model.predict(parameters, {n, d, values}));
}
