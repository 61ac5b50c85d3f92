/*
 * A task without patients on which mixing shows: 10 classes of 3 Gaussian modes in 32 dimensions, split over 16 sites
 * whose classes differ the more the smaller alpha is, and the simulator's own perceptron 32-64-10.
 */
import {createRandom, permutation, type Random} from "../../src/core/index.ts";
import {type ClassifierSpec, createClassifier} from "../../src/simulation/index.ts";

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

const NETWORK: ClassifierSpec = {features: FEATURES, hidden: [HIDDEN], activation: "relu", classes: CLASSES};

/** Length of the parameter vector: 2762. */
export const PARAMETERS = createClassifier(NETWORK).size;

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

function draw(count: number, means: Float32Array, random: Random): Samples {
  const values = new Float32Array(count * FEATURES);
  const labels = new Uint8Array(count);
  for (let sample = 0; sample < count; sample++) {
    labels[sample] = sample % CLASSES;
    const mode = MODES * (sample % CLASSES) + random.below(MODES);
    for (let feature = 0; feature < FEATURES; feature++) {
      values[sample * FEATURES + feature] = (means[mode * FEATURES + feature] ?? 0) + random.normal();
    }
  }
  return {values, labels};
}

function pick({values, labels}: Samples, chosen: readonly number[]): Samples {
  const picked = new Float32Array(chosen.length * FEATURES);
  chosen.forEach((sample, row) =>
    picked.set(values.subarray(sample * FEATURES, (sample + 1) * FEATURES), row * FEATURES),
  );
  return {values: picked, labels: Uint8Array.from(chosen, (sample) => labels[sample] ?? 0)};
}

/** The logarithm of a gamma variable of shape `alpha` <= 1, which itself can be too small for a number. */
function logGamma(alpha: number, random: Random): number {
  // Marsaglia and Tsang (2000) for alpha + 1, brought down to alpha by a power of a uniform variable.
  const d = alpha + 2 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v <= 0 || Math.log(1 - random.uniform()) >= x ** 2 / 2 + d - d * v + d * Math.log(v)) continue;
    return Math.log(d * v) + Math.log(1 - random.uniform()) / alpha;
  }
}

/** Shares of the sites in one class, of the symmetric Dirichlet distribution. */
function dirichlet(alpha: number, random: Random): readonly number[] {
  const logs = Array.from({length: SITES}, () => logGamma(alpha, random));
  const largest = Math.max(...logs);
  const parts = logs.map((log) => Math.exp(log - largest));
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

/** Deals each class out by its own shares; who came away with nothing is given one sample of the largest site. */
function deal(labels: Uint8Array, alpha: number, random: Random): readonly (readonly number[])[] {
  const sites: number[][] = Array.from({length: SITES}, () => []);
  const order = [...permutation(random, labels.length)];
  for (let label = 0; label < CLASSES; label++) {
    const own = order.filter((sample) => labels[sample] === label);
    let share = 0;
    let from = 0;
    dirichlet(alpha, random).forEach((part, site) => {
      share += part;
      const to = site === SITES - 1 ? own.length : Math.round(share * own.length);
      sites[site]?.push(...own.slice(from, to));
      from = to;
    });
  }
  for (const site of sites) {
    if (site.length > 0) continue;
    const largest = sites.reduce((most, other) => (other.length > most.length ? other : most));
    site.push(...largest.splice(-1));
  }
  return sites;
}

/** The task of `seed`. @param alpha concentration of each class's split over the sites, in (0, 1] */
export function createGossipTask(seed: number, alpha: number): GossipTask {
  const random = stream(seed, "", "means");
  const means = Float32Array.from({length: CLASSES * MODES * FEATURES}, () => MEAN_SCALE * random.normal());
  const pooled = draw(TRAIN, means, stream(seed, "", "train"));
  const sites = deal(pooled.labels, alpha, stream(seed, "", `split ${alpha}`));
  return {
    pooled,
    test: draw(TEST, means, stream(seed, "", "test")),
    sites: sites.map((samples) => pick(pooled, samples)),
  };
}

/** Where every run of `seed` begins, `[2762]`: weights normal with variance 2 / inputs, biases 0. */
export function initialParameters(seed: number): Float32Array {
  const random = stream(seed, "", "initial");
  const parameters = new Float32Array(PARAMETERS);
  for (const {weights, biases, inputs} of createClassifier(NETWORK).layers) {
    for (let index = weights; index < biases; index++) {
      parameters[index] = Math.sqrt(2 / inputs) * random.normal();
    }
  }
  return parameters;
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
  const classifier = createClassifier(NETWORK);
  let taken = 0;
  const step = (parameters: Float32Array): void => {
    gradient.fill(0);
    for (let drawn = 0; drawn < batch; drawn++) {
      const sample = random.below(samples.labels.length);
      const example = {input: inputOf(samples, sample), label: samples.labels[sample] ?? 0};
      classifier.addGradient(parameters, example, 1 / batch, gradient);
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
  const classifier = createClassifier(NETWORK);
  const right = samples.labels.filter((label, sample) => {
    const probabilities = classifier.probabilities(parameters, inputOf(samples, sample));
    return probabilities.indexOf(Math.max(...probabilities)) === label;
  });
  return right.length / samples.labels.length;
}
