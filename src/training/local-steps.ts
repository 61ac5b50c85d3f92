import {CodedError} from "../core/index.ts";
import type {Model} from "../model/index.ts";
import type {BatchOrder} from "./batch-order.ts";
import type {TrainingErrorCode} from "./errors.ts";
import type {ExampleSource} from "./example-source.ts";
import {initialOptimizerState, optimizerStep} from "./optimizer.ts";
import type {LocalStepsResult, OptimizerSpec} from "./types.ts";

/** Input of a round's local steps. */
export interface TrainLocallyOptions {
  readonly model: Model;
  readonly optimizer: OptimizerSpec;
  /** mu of the proximal term; 0 means none. */
  readonly proximal: number;
  readonly source: ExampleSource;
  readonly order: BatchOrder;
  /** `[layoutSize]`, read only. */
  readonly start: Float32Array;
  /** `[layoutSize]`, the target of the proximal term; read only. The default is `start`. */
  readonly anchor?: Float32Array;
  /** `[layoutSize]`, added to each gradient: the drift correction; read only. */
  readonly correction?: Float32Array | undefined;
  /** Number of steps of the run before this round. */
  readonly firstStep: number;
  /** Number of steps to take, at least 1. */
  readonly steps: number;
  /** Called before each step. */
  readonly isCancelled: () => boolean;
}

function requireFinite(what: string, isFinite: boolean, step: number): void {
  if (isFinite) return;
  throw new CodedError<TrainingErrorCode>("TRAINING_DIVERGED", `${what} is not finite at step ${step}`, {
    data: {step},
    hint: "Lower the learning rate in the plan, or check the standardisation of the data.",
  });
}

/**
 * Adds the gradient of the proximal term: mu (x - anchor).
 * @see Li et al., Federated optimization in heterogeneous networks, MLSys 2020, equation 2 (FedProx)
 */
function pullTowards(
  anchor: Float32Array,
  proximal: number,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  for (let index = 0; index < gradient.length; index++) {
    const away = (parameters[index] as number) - (anchor[index] as number);
    gradient[index] = (gradient[index] as number) + proximal * away;
  }
}

/**
 * Adds the drift correction c - c_i.
 * @see Karimireddy et al., SCAFFOLD, ICML 2020, algorithm 1, line 10
 */
function correctDrift(correction: Float32Array, gradient: Float32Array): void {
  for (let index = 0; index < gradient.length; index++) {
    gradient[index] = (gradient[index] as number) + (correction[index] as number);
  }
}

/**
 * Takes a round's local steps in this thread: a pure function of its arguments. The optimiser starts afresh,
 * with all moments 0. A round therefore depends on the snapshot alone and can be run again after a crash. The
 * price is that momentum has to build up again in each round.
 * @throws TRAINING_DIVERGED, TRAINING_CANCELLED, TRAINING_REQUEST_INVALID, and the model's
 */
export function trainLocally(options: TrainLocallyOptions): LocalStepsResult {
  const {model, optimizer, proximal, source, order, firstStep, steps} = options;
  const {start, anchor = start, correction} = options;
  if (!Number.isSafeInteger(steps) || steps < 1 || !Number.isSafeInteger(firstStep) || firstStep < 0) {
    throw new CodedError<TrainingErrorCode>(
      "TRAINING_REQUEST_INVALID",
      `${steps} steps from step ${firstStep} cannot be taken`,
      {hint: "Ask for at least one step, from step 0 on."},
    );
  }
  const parameters = start.slice();
  const gradient = new Float32Array(parameters.length);
  const state = initialOptimizerState(optimizer, parameters.length);
  let lossSum = 0;
  for (let step = firstStep; step < firstStep + steps; step++) {
    if (options.isCancelled()) {
      throw new CodedError<TrainingErrorCode>("TRAINING_CANCELLED", `local steps were ended at step ${step}`);
    }
    const loss = model.lossAndGradient(parameters, source.batch(order(step), step), gradient);
    requireFinite("the loss", Number.isFinite(loss), step);
    if (proximal > 0) pullTowards(anchor, proximal, parameters, gradient);
    if (correction !== undefined) correctDrift(correction, gradient);
    optimizerStep(optimizer, state, parameters, gradient);
    lossSum += loss;
  }
  requireFinite("a parameter", parameters.every(Number.isFinite), firstStep + steps - 1);
  return {parameters, meanLoss: lossSum / steps, steps};
}
