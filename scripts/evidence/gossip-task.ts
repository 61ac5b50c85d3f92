/*
 * A task without patients on which mixing shows: 10 classes of 3 Gaussian modes in 32 dimensions, split over 16 sites
 * whose classes differ the more the smaller alpha is, and a perceptron 32-64-10.
 */
import {createRandom, type Random} from "../../src/core/index.ts";
import {partitionRows} from "../../src/data/index.ts";
import {layoutOf, type ModelSpec, openBackend} from "../../src/model/index.ts";
import {layoutSize, shapeSize} from "../../src/parameters/index.ts";
import {drawModes} from "../../src/study/index.ts";

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

const NETWORK: ModelSpec = {architecture: "mlp", hidden: [HIDDEN], activation: "relu"};
const LAYOUT = layoutOf(NETWORK, FEATURES, CLASSES);
const MODEL = (await openBackend("wasm")).backend.build(NETWORK, FEATURES, CLASSES);

/** Length of the parameter vector: 2762. */
export const PARAMETERS = layoutSize(LAYOUT);

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
    {
      classes: CLASSES,
      modes: MODES,
      features: FEATURES,
      spread: MEAN_SCALE,
      train: TRAIN,
      validation: 0,
      test: TEST,
    },
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
  let first = 0;
  for (const {shape} of LAYOUT.tensors) {
    const [inputs = 0] = shape;
    const end = first + shapeSize(shape);
    if (shape.length === 2) {
      for (let index = first; index < end; index++)
        parameters[index] = Math.sqrt(2 / inputs) * random.normal();
    }
    first = end;
  }
  return parameters;
}

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
  const gradient = new Float32Array(PARAMETERS);
  let taken = 0;
  const step = (parameters: Float32Array): void => {
    const drawn = Array.from({length: batch}, () => random.below(samples.labels.length));
    MODEL.lossAndGradient(parameters, {n: batch, d: FEATURES, ...pick(samples, drawn)}, gradient);
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

/**
 * The share of `samples` whose class has the highest score.
 * @param certified the model's parameters and, behind them, what an outer step keeps
 */
export function accuracyOf(certified: Float32Array, samples: Samples): number {
  const {labels, values} = samples;
  const parameters = certified.subarray(0, PARAMETERS);
  const predicted = MODEL.predict(parameters, {n: labels.length, d: FEATURES, values});
  const right = labels.filter((label, sample) => predicted[sample] === label);
  return right.length / samples.labels.length;
}
