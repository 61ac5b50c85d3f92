import {unreachable} from "../core/index.ts";
import type {Layout} from "../parameters/index.ts";

/**
 * The model to train: a closed block of the plan. The room `consortium` holds its schema. The width of the
 * input is not part of it, because it comes from the data contract.
 */
export type ModelSpec =
  | {readonly architecture: "logistic"}
  | CoxSpec
  | {
      readonly architecture: "mlp";
      /** Widths of 1 .. 8 hidden layers, each at least 1. */
      readonly hidden: readonly number[];
      readonly activation: "relu" | "tanh";
    }
  | TileMlpSpec
  | GatedAttentionMilSpec;

/**
 * Proportional hazards. The log risk of an example is a weighted sum of its values, and the loss of a batch
 * is the negative log partial likelihood on its own risk sets. At a site these are its own patients, so a
 * federation fits the model that is stratified by site. It has no intercept, which would not change the
 * likelihood.
 * @see Cox, Regression models and life-tables, Journal of the Royal Statistical Society B 34 (1972), section
 * 5
 */
export interface CoxSpec {
  readonly architecture: "cox";
}

/**
 * A network that scores each tile by itself, trained with the patient's label on every tile. A patient's
 * score is the mean of the tiles' scores. This is the head of Saldanha et al., Nature Medicine 28:1232-1239
 * (2022): hidden 512, 256, 256 and 128 on 512 features.
 */
export interface TileMlpSpec {
  readonly architecture: "tile-mlp";
  /** Widths of 1 .. 8 hidden layers, each at least 1. */
  readonly hidden: readonly number[];
  readonly activation: "relu" | "tanh";
  /** Tiles of a bag in a training step, at least 1. A model takes bags of any size. */
  readonly tiles: number;
}

/**
 * Multiple-instance learning with gated attention: Ilse, Tomczak and Welling, Attention-based deep multiple
 * instance learning, ICML 2018, equations 7 and 9.
 */
export interface GatedAttentionMilSpec {
  readonly architecture: "gated-attention-mil";
  /** Width of a tile's embedding, at least 1. */
  readonly embedding: number;
  /** Width of the attention's hidden layer, at least 1. */
  readonly attention: number;
  /** Tiles of a bag in a training step, at least 1. A model takes bags of any size. */
  readonly tiles: number;
}

/** A model whose example is one patient's bag of tiles. */
export type BagModelSpec = TileMlpSpec | GatedAttentionMilSpec;

/** Tells whether the examples of `spec` are bags of tiles. Otherwise an example is one row of features. */
export function isBagModel(spec: ModelSpec): spec is BagModelSpec {
  switch (spec.architecture) {
    case "tile-mlp":
    case "gated-attention-mil":
      return true;
    case "logistic":
    case "mlp":
    case "cox":
      return false;
    default:
      return unreachable(spec);
  }
}

/**
 * Labelled examples for a model, a batch or a whole set. The caller owns the arrays. For a model of bags an
 * example is the tiles of one patient in one row: for each tile its features and then its mask (1 tile, 0
 * padding), so `d` = tiles x (features + 1). The content of padding is never read, and the order and number
 * of tiles carry no meaning.
 */
export interface Examples {
  /** Number of examples. */
  readonly n: number;
  /** Number of values of one example. */
  readonly d: number;
  /** `[n, d]`, row-major. */
  readonly values: Float32Array;
  /** `[n]`, each 0 or 1, or 0 .. classes - 1; for survival, 1 if the event was seen. */
  readonly labels: Uint8Array;
  /** `[n]`, at least 0: time until the event or until last seen. Only models of survival need them. */
  readonly times?: Float64Array;
}

/** Examples whose labels are not needed. */
export type Unlabelled = Omit<Examples, "labels" | "times">;

/** The contribution of single tiles to their patient's score, for heat maps. It must not leave the site. */
export interface TileExplanation {
  /**
   * `[n]`, unnormalised logits of the attention. The softmax over all tiles of a patient, however many slices
   * they came in, gives their weights. Null for a model that weighs all tiles alike.
   */
  readonly attention: Float32Array<ArrayBuffer> | null;
  /**
   * `[n]`, as in {@link Model.predict}: the probability of label 1 of a patient with that tile alone. A
   * patient's probability is their mean if attention is null, otherwise the sigmoid of the attention-weighted
   * mean of their logits.
   */
  readonly scores: Float32Array<ArrayBuffer>;
}

/**
 * A model of one architecture on one backend. It holds no parameters and keeps no memory between calls. Every
 * call is a function of its arguments, and no array of the caller's is kept or shared.
 */
export interface Model {
  /** Order, names and shapes of the flat parameter vector. */
  readonly layout: Layout;
  /** The backend that built it, or plain loops, which give the same bytes everywhere. */
  readonly runsOn: BackendName | "loops";
  /**
   * Returns the mean cross-entropy over `batch` at `parameters` and writes its gradient into `into`. The loss
   * of a bag counts once, whatever its number of tiles. For "cox" it is the negative log partial likelihood
   * divided by `n`. A batch may have any size, even a single example, so per-example (per-patient) gradients
   * need nothing else.
   * @param parameters `[layoutSize]`, read only
   * @param into `[layoutSize]`, owned by the caller, overwritten wholly
   * @throws MODEL_EMPTY_BATCH, MODEL_EMPTY_BAG, MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  lossAndGradient(parameters: Float32Array, batch: Examples, into: Float32Array): number;
  /**
   * Returns the probability of label 1 for each example. For more than two classes it is the most probable
   * class, for "cox" the log risk, any number: higher means an earlier event.
   * @returns `[n]`, in [0, 1] for two classes, owned by the caller; empty if `n` is 0
   * @throws MODEL_EMPTY_BAG, MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  predict(parameters: Float32Array, examples: Unlabelled): Float32Array<ArrayBuffer>;
  /**
   * Explains the tiles of a patient, or a slice of them, one by one. Each tile's figures depend on that tile
   * alone. For a model that takes no bags a tile is an example.
   * @param tiles `[n, inputWidth]`, features without masks
   * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  explain(parameters: Float32Array, tiles: Unlabelled): TileExplanation;
}

/** Names of the backends, the fastest first. */
export type BackendName = "tfjs-node" | "wasm" | "cpu";

/** A backend by name, or the fastest that works here. */
export type BackendPreference = "auto" | BackendName;

/** An open backend, bound to the thread that opened it. */
export interface ComputeBackend {
  readonly name: BackendName;
  /**
   * Builds a model of `spec` whose examples have `inputWidth` values, or, for a model of bags, whose tiles
   * have as many features. It separates `classes` classes: 2, or more for "logistic" and "mlp".
   * @throws MODEL_SPEC_INVALID
   */
  build(spec: ModelSpec, inputWidth: number, classes?: number): Model;
  /** Frees the backend's memory. Its models must not be used afterwards. A second call does nothing. */
  close(): void;
}

/** A backend that was tried or requested and cannot run here. */
export interface PassedOver {
  readonly name: BackendName;
  /** The reason, in one sentence without a full stop. */
  readonly reason: string;
}

/** The chosen backend and what a person should know about the choice. */
export interface OpenedBackend {
  readonly backend: ComputeBackend;
  /** The faster backends that cannot run here, in the order of trying. */
  readonly passedOver: readonly PassedOver[];
  /** A warning for the operator, or null. */
  readonly warning: string | null;
}
