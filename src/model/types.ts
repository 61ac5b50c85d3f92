import type {Layout} from "../parameters/index.ts";

/**
 * What is trained: a closed block of the plan, whose schema the room `consortium` holds.
 * The width of the input is no part of it; it comes from the data contract.
 */
export type ModelSpec =
  | {readonly architecture: "logistic"}
  | {
      readonly architecture: "mlp";
      /** Widths of 1 .. 8 hidden layers, each at least 1. */
      readonly hidden: readonly number[];
      readonly activation: "relu" | "tanh";
    };

/**
 * Labelled examples as a model takes them, a batch or a whole set; the caller owns the arrays.
 * A model of bags takes the same: an example is then the sampled tiles of one patient, each followed by its
 * mask, in one row, so that `d` = tiles x (features + 1).
 */
export interface Examples {
  /** Number of examples. */
  readonly n: number;
  /** Values of one example. */
  readonly d: number;
  /** `[n, d]`, row-major. */
  readonly values: Float32Array;
  /** `[n]`, each 0 or 1. */
  readonly labels: Uint8Array;
}

/** Examples whose labels are not asked for. */
export type Unlabelled = Omit<Examples, "labels">;

/**
 * A model of one architecture on one backend. It holds no parameters and keeps no memory between calls:
 * every call is a function of its arguments, and no array of the caller's is kept or shared.
 */
export interface Model {
  /** Order, names and shapes of the flat parameter vector. */
  readonly layout: Layout;
  /**
   * Mean binary cross-entropy over `batch` at `parameters`; its gradient is written into `into`.
   * Any batch will do, one of a single example too, so per-example (per-patient) gradients need nothing else.
   * @param parameters `[layoutSize]`, read only
   * @param into `[layoutSize]`, owned by the caller, overwritten wholly
   * @throws MODEL_EMPTY_BATCH, MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  lossAndGradient(parameters: Float32Array, batch: Examples, into: Float32Array): number;
  /**
   * Probability of label 1 for each example.
   * @returns `[n]`, in [0, 1], owned by the caller; empty when `n` is 0
   * @throws MODEL_WRONG_WIDTH, MODEL_WRONG_LENGTH
   */
  predict(parameters: Float32Array, examples: Unlabelled): Float32Array<ArrayBuffer>;
}

/** The backends there are, the fastest first. */
export type BackendName = "tfjs-node" | "wasm" | "cpu";

/** A backend by name, or the fastest that works here. */
export type BackendPreference = "auto" | BackendName;

/** The machinery that computes; it is bound to the thread that opened it. */
export interface ComputeBackend {
  readonly name: BackendName;
  /**
   * A model of `spec` whose examples have `inputWidth` values.
   * @throws MODEL_SPEC_INVALID
   */
  build(spec: ModelSpec, inputWidth: number): Model;
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
