import type {Layout} from "../parameters/index.ts";

/**
 * What is trained: a closed block of the plan, whose schema the room `consortium` holds.
 * The width of the input is no part of it; it comes from the data contract.
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
 * Proportional hazards: the log risk of an example is a weighted sum of its values, and the loss of a batch the
 * negative log partial likelihood on its own risk sets. At a site these are its own patients, so that a federation fits
 * the model that is stratified by site. It has no intercept, which the likelihood does not see.
 * @see Cox, Regression models and life-tables, Journal of the Royal Statistical Society B 34 (1972), section 5
 */
export interface CoxSpec {
  readonly architecture: "cox";
}

/**
 * A network that scores each tile by itself, trained with the patient's label on every tile; a patient's score is
 * the mean of the tiles'. The head of Saldanha et al., Nature Medicine 28:1232-1239 (2022): hidden 512, 256, 256
 * and 128 on 512 features.
 */
export interface TileMlpSpec {
  readonly architecture: "tile-mlp";
  /** Widths of 1 .. 8 hidden layers, each at least 1. */
  readonly hidden: readonly number[];
  readonly activation: "relu" | "tanh";
  /** Tiles of a bag in a training step, at least 1; a model takes bags of any size. */
  readonly tiles: number;
}

/**
 * Multiple-instance learning with gated attention: Ilse, Tomczak and Welling, Attention-based deep multiple instance
 * learning, ICML 2018, equations 7 and 9.
 */
export interface GatedAttentionMilSpec {
  readonly architecture: "gated-attention-mil";
  /** Width of a tile's embedding, at least 1. */
  readonly embedding: number;
  /** Width of the attention's hidden layer, at least 1. */
  readonly attention: number;
  /** Tiles of a bag in a training step, at least 1; a model takes bags of any size. */
  readonly tiles: number;
}

/** A model whose example is one patient's bag of tiles. */
export type BagModelSpec = TileMlpSpec | GatedAttentionMilSpec;

/** Whether `spec`'s examples are bags of tiles; otherwise an example is one row of features. */
export function isBagModel(spec: ModelSpec): spec is BagModelSpec {
  return spec.architecture === "tile-mlp" || spec.architecture === "gated-attention-mil";
}

/**
 * Labelled examples as a model takes them, a batch or a whole set; the caller owns the arrays.
 * A model of bags takes the same: an example is then the tiles of one patient in one row, for each tile its features
 * and then its mask (1 tile, 0 padding), so that `d` = tiles x (features + 1). What lies in padding is never read,
 * and the order and number of tiles carry no meaning.
 */
export interface Examples {
  /** Number of examples. */
  readonly n: number;
  /** Values of one example. */
  readonly d: number;
  /** `[n, d]`, row-major. */
  readonly values: Float32Array;
  /** `[n]`, each 0 or 1, or 0 .. classes - 1; of survival, 1 where the event was seen. */
  readonly labels: Uint8Array;
  /** `[n]`, at least 0: time until the event or until last seen. Models of survival need them, no others do. */
  readonly times?: Float64Array;
}

/** Examples whose labels are not asked for. */
export type Unlabelled = Omit<Examples, "labels" | "times">;

/** What single tiles contribute to their patient's score, for heat maps. It must not leave the site. */
export interface TileExplanation {
  /**
   * `[n]`, unnormalised logits of the attention: the softmax over all tiles of a patient, however many slices they
   * came in, gives their weights. Null for a model that weighs all tiles alike.
   */
  readonly attention: Float32Array<ArrayBuffer> | null;
  /**
   * `[n]`, as {@link Model.predict}: the probability of label 1 of a patient with that tile alone. A patient's probability is the
   * mean of them where attention is null, else the sigmoid of the attention-weighted mean of their logits.
   */
  readonly scores: Float32Array<ArrayBuffer>;
}

/**
 * A model of one architecture on one backend. It holds no parameters and keeps no memory between calls:
 * every call is a function of its arguments, and no array of the caller's is kept or shared.
 */
export interface Model {
  /** Order, names and shapes of the flat parameter vector. */
  readonly layout: Layout;
  /** What computes it: the backend that built it, or plain loops, which give the same bytes on all. */
  readonly runsOn: BackendName | "loops";
  /**
   * Mean cross-entropy over `batch` at `parameters`; its gradient is written into `into`. The loss of a bag counts
   * once, whatever its number of tiles. Of "cox" it is the negative log partial likelihood divided by `n`.
   * Any batch will do, one of a single example too, so per-example (per-patient) gradients need nothing else.
   * @param parameters `[layoutSize]`, read only
   * @param into `[layoutSize]`, owned by the caller, overwritten wholly
   * @throws MODEL_EMPTY_BATCH, MODEL_EMPTY_BAG, MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  lossAndGradient(parameters: Float32Array, batch: Examples, into: Float32Array): number;
  /**
   * Probability of label 1 for each example; of more than two classes the most probable class, of "cox" the log risk,
   * any number: higher means an earlier event.
   * @returns `[n]`, in [0, 1] of two classes, owned by the caller; empty when `n` is 0
   * @throws MODEL_EMPTY_BAG, MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  predict(parameters: Float32Array, examples: Unlabelled): Float32Array<ArrayBuffer>;
  /**
   * The tiles of a patient, or a slice of them, one by one. Each tile's figures depend on that tile alone. For a
   * model that takes no bags a tile is an example.
   * @param tiles `[n, inputWidth]`, features without masks
   * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  explain(parameters: Float32Array, tiles: Unlabelled): TileExplanation;
}

/** The backends there are, the fastest first. */
export type BackendName = "tfjs-node" | "wasm" | "cpu";

/** A backend by name, or the fastest that works here. */
export type BackendPreference = "auto" | BackendName;

/** The machinery that computes; it is bound to the thread that opened it. */
export interface ComputeBackend {
  readonly name: BackendName;
  /**
   * A model of `spec` whose examples have `inputWidth` values; for a model of bags, whose tiles have as many features.
   * It tells `classes` classes apart: 2, or more for "logistic" and "mlp".
   * @throws MODEL_SPEC_INVALID
   */
  build(spec: ModelSpec, inputWidth: number, classes?: number): Model;
  /** Frees what the backend holds; its models must not be used afterwards. A second call does nothing. */
  close(): void;
}

/** A backend that was tried or asked for and cannot serve here. */
export interface PassedOver {
  readonly name: BackendName;
  /** Why, in one sentence without a full stop. */
  readonly reason: string;
}

/** The backend that was chosen and what a person should know of the choice. */
export interface OpenedBackend {
  readonly backend: ComputeBackend;
  /** The faster ones that cannot serve here, in the order in which they were tried. */
  readonly passedOver: readonly PassedOver[];
  /** What the operator should be warned of, or null. */
  readonly warning: string | null;
}
