import type {AdamwSpec, OptimizerSpec, SgdSpec} from "./types.ts";

/** An optimiser's memory between steps. It belongs to the caller, and a step changes it. */
export interface OptimizerState {
  /** `[size]`: the velocity of sgd, the first moment of AdamW. */
  readonly first: Float32Array;
  /** `[size]`: the second moment of AdamW; empty for sgd. */
  readonly second: Float32Array;
  /**
   * beta1 to the power of the steps taken; decay2 is the same for beta2. Both are products, because Math.pow
   * may differ between machines.
   */
  decay1: number;
  decay2: number;
}

/** Returns the state before the first step: all moments 0. */
export function initialOptimizerState(spec: OptimizerSpec, size: number): OptimizerState {
  const second = new Float32Array(spec.name === "adamw" ? size : 0);
  return {first: new Float32Array(size), second, decay1: 1, decay2: 1};
}

/** v <- momentum v + (g + weightDecay x); x <- x - learningRate v. */
function sgdStep(
  spec: SgdSpec,
  {first: velocity}: OptimizerState,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index] as number;
    const slope = (gradient[index] as number) + spec.weightDecay * value;
    const speed = spec.momentum * (velocity[index] as number) + slope;
    velocity[index] = speed;
    parameters[index] = value - spec.learningRate * speed;
  }
}

function adamwStep(
  spec: AdamwSpec,
  state: OptimizerState,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  const {learningRate, beta1, beta2, epsilon, weightDecay} = spec;
  const {first, second} = state;
  state.decay1 *= beta1;
  state.decay2 *= beta2;
  const correction1 = 1 - state.decay1;
  const correction2 = 1 - state.decay2;
  for (let index = 0; index < parameters.length; index++) {
    const value = parameters[index] as number;
    const slope = gradient[index] as number;
    const mean = beta1 * (first[index] as number) + (1 - beta1) * slope;
    const square = beta2 * (second[index] as number) + (1 - beta2) * slope * slope;
    first[index] = mean;
    second[index] = square;
    const direction = mean / correction1 / (Math.sqrt(square / correction2) + epsilon);
    parameters[index] = value - learningRate * (direction + weightDecay * value);
  }
}

/**
 * Makes one step of the optimiser: changes `parameters` and `state` in place, and depends on nothing else.
 * Each number is computed in double precision and rounded once to f32 when it is stored.
 *
 * sgd: Sutskever et al., ICML 2013, in PyTorch's form (weight decay added to the gradient, learning rate
 * outside the velocity, no dampening). adamw: Loshchilov & Hutter, Decoupled weight decay regularization,
 * ICLR 2019, algorithm 2 with alpha = 1 and the schedule multiplier eta = learningRate, which is PyTorch's
 * form: the decay of a step is learningRate x weightDecay.
 * @param parameters `[size]`
 * @param gradient `[size]`, read only
 */
export function optimizerStep(
  spec: OptimizerSpec,
  state: OptimizerState,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  if (spec.name === "sgd") sgdStep(spec, state, parameters, gradient);
  else adamwStep(spec, state, parameters, gradient);
}
