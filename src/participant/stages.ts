import {at, type Hash, present, toHex} from "../core/index.ts";
import {type Bounds, unitRange} from "../data/index.ts";
import {
  type CodecName,
  codecOf,
  type Layout,
  layoutHash,
  layoutSize,
  type OuterOptimizer,
  type TensorLayout,
} from "../parameters/index.ts";
import type {AsyncSpec, Certified, RoundMixing, RoundShape, RoundSpec} from "../rounds/index.ts";
import {type SharedValues, sharedValues} from "./shared-values.ts";

/** Purpose of a round of a run. */
export type Stage =
  /** All sites' mean of each feature. */
  | {readonly kind: "mean"}
  /** All sites' mean squared deviation from it. */
  | {readonly kind: "deviation"}
  /** The `step`-th round of training, from 0. */
  | {readonly kind: "training"; readonly step: number};

/** The facts that decide the rounds of a run. */
export interface StagesOptions {
  /** True if the features' statistics are computed together before training. */
  readonly isFederated: boolean;
  /** The task's declaration of each feature. */
  readonly features: readonly Bounds[];
  readonly trainingRounds: number;
  readonly model: Layout;
  readonly initial: Float32Array;
  readonly codec: CodecName;
  /**
   * Settings of the asynchronous segment in each round of training, which ends in an exact round; null: no
   * segments.
   */
  readonly asynchronous: AsyncSpec | null;
  /** Mixing of the rounds of training; for statistics see {@link statisticsMixing}. */
  readonly mixing: RoundMixing;
  /** Names of the tensors that stay at their sites. */
  readonly local: readonly string[];
  /** True if the sites' controls travel and are carried (SCAFFOLD). */
  readonly hasControls: boolean;
  /** True if contributions are divided by their effort (FedNova). */
  readonly isNormalised: boolean;
  /** The optimiser of the rounds' results; null: the mean is the result. */
  readonly outer: OuterOptimizer | null;
  /** N0 of the plan. */
  readonly reference: number;
  /** The largest n that a site may count. */
  readonly cap: number;
  /** The plan's bound of an update's L2 norm. */
  readonly clipNorm: number;
  /** The data contract's hash. */
  readonly contract: string;
  readonly hash: Hash;
}

/** The rounds of a run: the stage of each, and the contents of its vector. */
export interface Stages {
  readonly rounds: number;
  /** Hash of the training layout, in hexadecimal, which nodes compare before they exchange anything. */
  readonly layout: string;
  /** The tensors of a snapshot of training, in order; behind the model's come those that only travel with it. */
  readonly snapshot: Layout;
  stageOf(round: number): Stage;
  shapeOf(round: number): RoundShape;
  specOf(round: number, previous: Certified | null): RoundSpec;
  readonly shared: SharedValues;
  /** `[layoutSize]`, the model from which every training starts; not to be changed. */
  readonly initial: Float32Array;
  /**
   * The whole model of a snapshot, with a site's own tensors from `own` `[layoutSize]`, by default the
   * initial ones; not to be changed, because it may be a view.
   */
  parametersOf(values: Float32Array, own?: Float32Array): Float32Array;
  /** The common control c `[shared.size]` that a snapshot of training carries, a view; null without them. */
  controlOf(values: Float32Array): Float32Array | null;
  /** The statistics that a snapshot of the second or a later stage carries; null without federated ones. */
  statisticsOf(values: Float32Array): CarriedStatistics | null;
}

/** The round that follows a certified one; the first without any. */
export function nextRound(certified: Certified | null): number {
  return certified === null ? 0 : certified.certificate.body.round + 1;
}

/** Federated statistics in the unit range, carried behind the parameters in every later snapshot. */
export interface CarriedStatistics {
  readonly squaredDeviation: Float32Array;
  readonly mean: Float32Array;
  /** Number of train patients of all sites. */
  readonly count: number;
}

interface StageLayout {
  readonly layout: Layout;
  readonly hash: Uint8Array;
  readonly values: number;
}

/** Layouts of the statistics' rounds, if there are any, and of training. */
function stageLayouts(options: StagesOptions, shared: SharedValues): StageLayout[] {
  const {isFederated, contract, hash, hasControls} = options;
  const features = options.features.length;
  const vector = (name: string, length: number): TensorLayout => ({name, shape: [length]});
  const mean = vector("statistics.anchoredMean", features);
  const carried = [vector("statistics.squaredDeviation", features), mean, vector("statistics.count", 1)];
  const model = [
    ...shared.layout.tensors,
    ...(hasControls ? [vector("control", shared.size)] : []),
    ...(options.outer === null ? [] : [vector("outer.velocity", shared.size)]),
  ];
  const layouts: Layout[] = isFederated
    ? [{tensors: [mean]}, {tensors: carried}, {tensors: [...model, ...carried]}]
    : [{tensors: model}];
  return layouts.map((layout) => ({
    layout,
    hash: layoutHash(hash, layout, contract),
    values: layoutSize(layout),
  }));
}

/**
 * The mixing of statistics: in one group or, if rounds of training follow a robust rule, by the trimmed mean
 * of each value, for the same number of faulty members, whichever rule that is
 * (docs/adr/0039-statistics-are-contributions.md).
 */
function statisticsMixing(training: RoundMixing): RoundMixing {
  if (training.kind !== "robust") return {kind: "all"};
  const {faulty} = training.rule;
  return {
    kind: "robust",
    rule: {rule: "trimmed-mean", faulty, adaptiveClipping: false, nearestNeighbours: false},
  };
}

/**
 * The part of a statistics round's spec beside its layout and beginning. @param step -2: means, -1:
 * deviations
 */
function statisticsSpec(
  step: number,
  {features, mixing}: StagesOptions,
): Pick<RoundSpec, "mixing" | "codec" | "mixed" | "outer" | "range" | "clipNorm"> {
  return {
    mixing: statisticsMixing(mixing),
    codec: codecOf("f32"),
    mixed: features.length,
    outer: null,
    range: unitRange(step === -2 ? "mean" : "squaredDeviation", features),
    clipNorm: Math.sqrt(features.length),
  };
}

/**
 * The rounds of a run. With federated statistics two rounds come first, whose results every later snapshot
 * carries behind the parameters: [parameters | control | velocity | squared deviation | mean | count]. The
 * certified model therefore contains the scaling that a model needs, and a late member finds it there. It
 * also contains the common control and the outer velocity, if the plan has them. The parameters are the
 * shared ones: a site's own never enter.
 * @throws NODE_LOCAL_TENSORS_INVALID
 */
export function createStages(options: StagesOptions): Stages {
  const {isFederated, trainingRounds, model, initial, hasControls, isNormalised, asynchronous} = options;
  const features = options.features.length;
  const first = isFederated ? 2 : 0;
  const shared = sharedValues(model, options.local);
  const {size} = shared;
  const mixed = hasControls ? 2 * size : size;
  const layouts = stageLayouts(options, shared);
  const training = present(layouts.at(-1), "the layout of training");
  const ofTraining: Omit<RoundSpec, "layout" | "reference"> = {
    mixing: options.mixing,
    codec: codecOf(asynchronous === null ? options.codec : "f32"),
    mixed,
    outer: options.outer,
    ...(asynchronous === null ? {clipNorm: options.clipNorm} : {asynchronous}),
    ...(isNormalised ? {exact: 2} : {}),
    ...(hasControls ? {parameters: size} : {}),
  };
  const start = {...options, initial: shared.isWhole ? initial : shared.gather(initial)};
  const layoutAt = (round: number): StageLayout => layouts[round] ?? training;
  const shapeOf = (round: number): RoundShape => {
    const {hash: layout, values} = layoutAt(round);
    return {layout, values};
  };
  return {
    rounds: first + trainingRounds,
    layout: toHex(training.hash),
    snapshot: training.layout,
    stageOf(round) {
      if (round >= first) return {kind: "training", step: round - first};
      return {kind: round === 0 ? "mean" : "deviation"};
    },
    shapeOf,
    specOf: (round, previous) => ({
      ...(round < first ? statisticsSpec(round - first, options) : ofTraining),
      layout: layoutAt(round).hash,
      maximumWeight: options.cap / options.reference,
      reference: referenceOf(start, round - first, layoutAt(round).values, previous),
    }),
    shared,
    initial,
    parametersOf: (values, own = initial) =>
      shared.isWhole ? values.subarray(0, size) : shared.scatter(values.subarray(0, size), own),
    controlOf: (values) => (hasControls ? values.subarray(size, 2 * size) : null),
    statisticsOf(values) {
      if (!isFederated) return null;
      const from = values.length - 2 * features - 1;
      return {
        squaredDeviation: values.subarray(from, from + features),
        mean: values.subarray(from + features, from + 2 * features),
        count: at(values, values.length - 1),
      };
    },
  };
}

/**
 * The snapshot from which the round begins. @param step rounds since training began; -2 and -1 are statistics
 */
function referenceOf(
  {features: {length: features}, initial, reference}: StagesOptions,
  step: number,
  size: number,
  previous: Certified | null,
): Float32Array {
  const values = new Float32Array(size);
  const before = previous?.snapshot.values ?? new Float32Array();
  if (step === -1) {
    values.set(before, features);
    if (previous !== null) values[2 * features] = Math.round(previous.certificate.body.weight * reference);
  } else if (step === 0) {
    values.set(initial);
    values.set(before, size - before.length);
  } else {
    values.set(before);
  }
  return values;
}
