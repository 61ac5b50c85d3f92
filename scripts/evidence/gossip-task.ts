/*
 * A task without patients on which mixing shows: 10 classes of 3 Gaussian modes in 32 dimensions, split over 16 sites
 * whose classes differ the more the smaller alpha is, and a perceptron 32-64-10 with its gradient in plain loops.
 */
import {createRandom, type Random} from "../../src/core/index.ts";
import {partitionRows} from "../../src/data/index.ts";
import {drawModes} from "../../src/simulation/index.ts";

/** Number of sites that the training samples are split over. */
export const SITES = 16;
/** Local steps of every site in a run of the table. */
export const LOCAL_STEPS = 1200;
/** Samples in one step of one site. */
export const BATCH = 16;

const CLASSES = 10;
const MODES = 3;
const FEATURES = 32;
const HIDDEN = 64;
const MEAN_SCALE = 0.85;
const TRAIN = 8000;
const TEST = 4000;
const MOMENTUM = 0.9;
/** The last part of the steps has a tenth of the learning rate. */
const DECAY_FROM = 0.8;

/** Where a dense layer's weights, an output's side by side, and biases lie in the parameters. */
interface Layer {
  readonly weights: number;
  readonly biases: number;
  readonly inputs: number;
  readonly outputs: number;
}

function layerAt(weights: number, inputs: number, outputs: number): Layer {
  return {weights, biases: weights + inputs * outputs, inputs, outputs};
}

const FIRST = layerAt(0, FEATURES, HIDDEN);
const SECOND = layerAt(FIRST.biases + HIDDEN, HIDDEN, CLASSES);

/** Length of the parameter vector: 2762. */
export const PARAMETERS = SECOND.biases + CLASSES;

/** Samples: `values` `[n, 32]` and the class 0 .. 9 of each. */
export interface Samples {
  readonly values: Float32Array;
  readonly labels: Uint8Array;
}

/** The split task. */
export interface GossipTask {
  /** Of each site, at least one sample. */
  readonly sites: readonly Samples[];
  /** All sites' samples. */
  readonly pooled: Samples;
  readonly test: Samples;
}

const stream = (seed: number, site: string, purpose: string): Random =>
  createRandom({seed, site, round: 0, purpose: `gossip task ${purpose}`});

function pick({values, labels}: Samples, chosen: readonly number[]): Samples {
  const picked = new Float32Array(chosen.length * FEATURES);
  chosen.forEach((sample, row) =>
    picked.set(values.subarray(sample * FEATURES, (sample + 1) * FEATURES), row * FEATURES),
  );
  return {values: picked, labels: Uint8Array.from(chosen, (sample) => labels[sample] ?? 0)};
}

/** The task of `seed`. @param alpha concentration of each class's split over the sites, in (0, 1] */
export function createGossipTask(seed: number, alpha: number): GossipTask {
  const {train: pooled, test} = drawModes(
    {classes: CLASSES, modes: MODES, features: FEATURES, spread: MEAN_SCALE, train: TRAIN, test: TEST},
    seed,
  );
  const deal = {type: "dirichlet", nodes: SITES, minimum: 1, alpha, selfBalancing: false} as const;
  const sites = partitionRows(deal, pooled.labels, stream(seed, "", `split ${alpha}`));
  return {
    pooled,
    test,
    sites: sites.map((samples) => pick(pooled, samples)),
  };
}

/** Where every run of `seed` begins, `[2762]`: weights normal with variance 2 / inputs, biases 0. */
export function initialParameters(seed: number): Float32Array {
  const random = stream(seed, "", "initial");
  const parameters = new Float32Array(PARAMETERS);
  for (const {weights, biases, inputs} of [FIRST, SECOND]) {
    for (let index = weights; index < biases; index++) {
      parameters[index] = Math.sqrt(2 / inputs) * random.normal();
    }
  }
  return parameters;
}

/** What one sample makes of the layers; overwritten by the next. */
interface Activations {
  readonly hidden: Float64Array;
  readonly scores: Float64Array;
}

const createActivations = (): Activations => ({
  hidden: new Float64Array(HIDDEN),
  scores: new Float64Array(CLASSES),
});

type Vector = Float32Array | Float64Array;

function dense(parameters: Float32Array, layer: Layer, input: Vector, output: Float64Array): void {
  const {weights, biases, inputs, outputs} = layer;
  for (let unit = 0; unit < outputs; unit++) {
    const own = weights + unit * inputs;
    let sum = parameters[biases + unit] ?? 0;
    for (let index = 0; index < inputs; index++) sum += (parameters[own + index] ?? 0) * (input[index] ?? 0);
    output[unit] = sum;
  }
}

/** Adds the gradient of a layer whose outputs have these errors. */
function addOuter(gradient: Float64Array, layer: Layer, errors: Float64Array, input: Vector): void {
  const {weights, biases, inputs, outputs} = layer;
  for (let unit = 0; unit < outputs; unit++) {
    const error = errors[unit] ?? 0;
    const own = weights + unit * inputs;
    gradient[biases + unit] = (gradient[biases + unit] ?? 0) + error;
    for (let index = 0; index < inputs; index++) {
      gradient[own + index] = (gradient[own + index] ?? 0) + error * (input[index] ?? 0);
    }
  }
}

/** Errors of the hidden units: those of the scores, back through the weights of the units that are not 0. */
function hiddenErrors(parameters: Float32Array, {hidden, scores: errors}: Activations): Float64Array {
  return hidden.map((value, unit) => {
    if (value === 0) return 0;
    let sum = 0;
    for (let label = 0; label < CLASSES; label++) {
      sum += (errors[label] ?? 0) * (parameters[SECOND.weights + label * HIDDEN + unit] ?? 0);
    }
    return sum;
  });
}

function forward(parameters: Float32Array, input: Float32Array, {hidden, scores}: Activations): void {
  dense(parameters, FIRST, input, hidden);
  for (let unit = 0; unit < HIDDEN; unit++) hidden[unit] = Math.max(0, hidden[unit] ?? 0);
  dense(parameters, SECOND, hidden, scores);
}

/** Turns scores into d(cross entropy of `label`) / d(score), times `scale`. */
function toErrors(scores: Float64Array, label: number, scale: number): void {
  const largest = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
  scores.forEach((score, index) => {
    scores[index] = scale * (Math.exp(score - largest) / total - (index === label ? 1 : 0));
  });
}

const inputOf = ({values}: Samples, sample: number): Float32Array =>
  values.subarray(sample * FEATURES, (sample + 1) * FEATURES);

/** How one site, or the pooled baseline, learns. */
export interface LearnerOptions {
  readonly samples: Samples;
  readonly learningRate: number;
  readonly batch: number;
  readonly seed: number;
  /** Names the stream of its batches. */
  readonly site: string;
  /** All steps that it will take; the last fifth has a tenth of the learning rate. */
  readonly steps: number;
}

/** SGD with momentum .9, which it keeps from call to call, over batches drawn with replacement. */
export interface Learner {
  /** Takes `steps` local steps from `start`, which is not changed. @returns `[2762]`, the caller's */
  train(start: Float32Array, steps: number): Float32Array;
}

/** A learner at its first step. */
export function createLearner(options: LearnerOptions): Learner {
  const {samples, learningRate, batch, seed, site, steps: allSteps} = options;
  const random = stream(seed, site, "batches");
  const velocity = new Float64Array(PARAMETERS);
  const gradient = new Float64Array(PARAMETERS);
  const activations = createActivations();
  let taken = 0;
  const step = (parameters: Float32Array): void => {
    gradient.fill(0);
    for (let drawn = 0; drawn < batch; drawn++) {
      const sample = random.below(samples.labels.length);
      const input = inputOf(samples, sample);
      forward(parameters, input, activations);
      toErrors(activations.scores, samples.labels[sample] ?? 0, 1 / batch);
      addOuter(gradient, SECOND, activations.scores, activations.hidden);
      addOuter(gradient, FIRST, hiddenErrors(parameters, activations), input);
    }
    const rate = taken++ < DECAY_FROM * allSteps ? learningRate : learningRate / 10;
    for (let index = 0; index < PARAMETERS; index++) {
      const speed = MOMENTUM * (velocity[index] ?? 0) + (gradient[index] ?? 0);
      velocity[index] = speed;
      parameters[index] = (parameters[index] ?? 0) - rate * speed;
    }
  };
  return {
    train(start, steps) {
      const parameters = start.slice();
      for (let count = 0; count < steps; count++) step(parameters);
      return parameters;
    },
  };
}

/** The share of `samples` whose class has the highest score. */
export function accuracyOf(parameters: Float32Array, samples: Samples): number {
  const activations = createActivations();
  const right = samples.labels.filter((label, sample) => {
    forward(parameters, inputOf(samples, sample), activations);
    return activations.scores.indexOf(Math.max(...activations.scores)) === label;
  });
  return right.length / samples.labels.length;
}
