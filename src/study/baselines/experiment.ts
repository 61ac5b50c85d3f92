import type {Plan} from "../../consortium/index.ts";
import {type Feature, type PatientMatrix, type Standardiser, standardise} from "../../data/index.ts";
import {type BackendName, type ComputeBackend, initialParameters, type Model} from "../../model/index.ts";
import {type PatientScores, patientLabels} from "../../node/index.ts";
import {openTrainer, patientScores, shuffledOrder, sourceOf, trainLocally} from "../../training/index.ts";

/** The part of a plan that decides a training. */
export type TrainingPlan = Pick<Plan, "seed" | "rounds" | "model" | "training" | "weights"> & {
  readonly task: Pick<Plan["task"], "standardisation">;
};

/** A plan's training without its network, with the same start, optimiser and batches as the daemons'. */
export interface Learning {
  readonly plan: TrainingPlan;
  readonly features: readonly Feature[];
  /** `[layoutSize]`, the start of every training of the plan; not to be changed. */
  readonly initial: Float32Array;
  /**
   * Takes local steps as a daemon does. The parameters `[layoutSize]` are owned by the receiver.
   * @throws {CodedError} TRAINING_DIVERGED
   */
  takeSteps(site: SiteSteps): Promise<Float32Array>;
}

/** A {@link Learning} with the model at hand, in the calling thread. */
export interface LocalExperiment extends Learning {
  readonly model: Model;
}

/** Steps that one site takes in an experiment. */
export interface SiteSteps {
  /** Decides the batches, together with the plan's seed. */
  readonly name: string;
  /** Scaled train rows `[n, d]`. */
  readonly rows: PatientMatrix;
  readonly start: Float32Array;
  /** Steps of the run before these. */
  readonly firstStep: number;
  readonly steps: number;
  /** mu of each step's pull back to `start`: the plan's in a federation, 0 elsewhere. */
  readonly proximal: number;
}

/** A usable model: parameters and their scaling. */
export interface TrainedModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  readonly standardiser: Standardiser;
}

function stepsInThread(
  {seed, training, model: spec}: TrainingPlan,
  model: Model,
  site: SiteSteps,
): Float32Array {
  const {name, rows, ...request} = site;
  const {optimizer, batchSize} = training;
  const source = sourceOf(spec, rows, {seed, site: name});
  const order = shuffledOrder({seed, site: name, n: source.n, batchSize});
  const isCancelled = (): boolean => false;
  return trainLocally({model, optimizer, source, order, ...request, isCancelled}).parameters;
}

/**
 * Sets up an {@link LocalExperiment} on an open backend, which the caller closes. Steps are taken in the calling
 * thread.
 * @throws {CodedError} MODEL_SPEC_INVALID
 */
export function createLocalExperiment(
  backend: ComputeBackend,
  plan: TrainingPlan,
  features: readonly Feature[],
): LocalExperiment {
  const model = backend.build(plan.model, features.length);
  const initial = initialParameters(plan.model, features.length, plan.seed);
  return {plan, features, model, initial, takeSteps: async (site) => stepsInThread(plan, model, site)};
}

/**
 * Returns the same experiment with its steps in separate threads, one for each call. The caller's thread
 * stays free during a long training and can end it.
 * @param signal ends the current steps with TRAINING_CANCELLED
 */
export function inThreads(
  experiment: LocalExperiment,
  backend: BackendName,
  signal: AbortSignal,
): LocalExperiment {
  const {plan} = experiment;
  return {
    ...experiment,
    async takeSteps({name, rows, proximal, ...request}) {
      const {model: spec, seed} = plan;
      const training = {...plan.training, proximal};
      const trainer = await openTrainer({spec, training, train: rows, seed, site: name, backend});
      try {
        return (await trainer.localSteps({...request, signal})).parameters;
      } finally {
        await trainer.close();
      }
    },
  };
}

/** Returns labels and scores of the patients of `rows` (raw values), scaled by `standardiser`. */
export function scorePatients(
  {model, plan}: LocalExperiment,
  {parameters, standardiser}: TrainedModel,
  rows: PatientMatrix,
): PatientScores {
  const scores = patientScores({model, spec: plan.model, parameters}, standardise(rows, standardiser));
  return {labels: patientLabels(rows), scores};
}
