import type {BackendName, BackendPreference, Examples, Model, ModelSpec, PassedOver} from "../model/index.ts";
import type {Layout} from "../parameters/index.ts";
import type {PatientRows} from "./patient-rows.ts";

/** Stochastic gradient descent with momentum and L2 weight decay, as PyTorch's `SGD` (dampening 0). */
export interface SgdSpec {
  readonly name: "sgd";
  /** Above 0. */
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
  /** At least 0. */
  readonly weightDecay: number;
}

/** AdamW, as PyTorch's `AdamW`. */
export interface AdamwSpec {
  readonly name: "adamw";
  /** Above 0. */
  readonly learningRate: number;
  /** In [0, 1). */
  readonly beta1: number;
  /** In [0, 1). */
  readonly beta2: number;
  /** Above 0. */
  readonly epsilon: number;
  /** At least 0. */
  readonly weightDecay: number;
}

/** The optimiser of local steps. */
export type OptimizerSpec = SgdSpec | AdamwSpec;

/**
 * A site's training between two exchanges: a closed block of the plan. The room `consortium` holds its
 * schema.
 */
export interface TrainingSpec {
  readonly optimizer: OptimizerSpec;
  /**
   * Examples per step, at least 1, or all of the site's: rows or, for a model of bags, patients. A site with
   * fewer takes all.
   */
  readonly batchSize: number | "all";
  /** mu of the term mu / 2 ||x - anchor||^2 that is added to each step's loss; 0 means none. */
  readonly proximal: number;
  /**
   * Steps per round, at least 1, or passes over the site's examples, above 0. With passes, larger sites take
   * more steps.
   */
  readonly localSteps: number | {readonly epochs: number};
}

/** One round's local steps. */
export interface LocalStepsRequest {
  /**
   * Parameters at the first step, `[layoutSize]`. They are read before the call returns; then the caller may
   * change them.
   */
  readonly start: Float32Array;
  /** `[layoutSize]`, the target of the proximal term, the round's snapshot; the default is `start`. */
  readonly anchor?: Float32Array;
  /** `[layoutSize]`, added to each gradient: the drift correction c - c_i. Only read. */
  readonly correction?: Float32Array;
  /** Number of steps that this site's run took before this round. The batches continue from there. */
  readonly firstStep: number;
  /** Steps to take, at least 1. */
  readonly steps: number;
  /** Ends the steps early. */
  readonly signal?: AbortSignal;
}

/** Result of one round's local steps. */
export interface LocalStepsResult {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array<ArrayBuffer>;
  /** Mean over the steps of the batch loss before the step. */
  readonly meanLoss: number;
  /** Number of steps taken, as requested. */
  readonly steps: number;
}

/** Rows with their labels `[n]`. The labels of one patient are equal. */
export type LabelledRows = PatientRows & Examples;

/** A request for scores. */
export interface ScoreRequest {
  /** `[layoutSize]`. */
  readonly parameters: Float32Array;
  readonly rows: PatientRows;
}

/**
 * A site's training, outside the daemon's event loop. Requests are served one after the other. Every call may
 * throw TRAINING_WORKER_DIED and TRAINING_CLOSED, and the errors of the room `model`.
 */
export interface Trainer {
  /** The backend in use. */
  readonly backend: BackendName;
  /** The faster backends that cannot run here, with the reasons. */
  readonly passedOver: readonly PassedOver[];
  /** A warning for the operator, or null. */
  readonly warning: string | null;
  /** Order, names and shapes of the flat parameter vector. */
  readonly layout: Layout;
  /**
   * Takes a round's local steps: a pure function of the request and of the trainer's options. A round that is
   * run again after a crash gives the same bytes. The optimiser starts afresh with every call.
   * @throws TRAINING_DIVERGED, TRAINING_CANCELLED when the signal aborts
   */
  localSteps(request: LocalStepsRequest): Promise<LocalStepsResult>;
  /**
   * Returns the probability of label 1 for each patient, for more than two classes the class, for "cox" the
   * log risk: `[patients]`, owned by the caller.
   */
  score(request: ScoreRequest): Promise<Float32Array<ArrayBuffer>>;
  /** Stops the current work and ends the thread. May be called more than once. */
  close(): Promise<void>;
}

/** Settings of a site's training apart from the model. */
export interface SiteTraining {
  readonly training: TrainingSpec;
  /**
   * The site's training rows, copied into the worker unless they lie in shared memory. Without rows,
   * `localSteps` throws MODEL_EMPTY_BATCH, but `score` works.
   */
  readonly train: LabelledRows;
  /** The plan's seed. */
  readonly seed: number;
  /** The site's name. */
  readonly site: string;
}

/** Options for opening {@link Trainers}. */
export interface TrainersOptions {
  readonly spec: ModelSpec;
  /** Number of features of a row. */
  readonly inputWidth: number;
  /** Number of classes of the model; default 2, also for models of survival. */
  readonly classes?: number;
  readonly backend: BackendPreference;
  /** Module of the worker thread; the default is this room's own compiled one. */
  readonly workerUrl?: URL;
}

/** A thread that trains one model at several sites, one request after the other. */
export interface Trainers extends Pick<Trainer, "backend" | "passedOver" | "warning" | "layout"> {
  /** The backend that computes the model, or plain loops for models without one. */
  readonly runsOn: Model["runsOn"];
  /** Opens a trainer on a site's rows. Closing it frees the rows and leaves the thread running. */
  open(site: SiteTraining): Promise<Trainer>;
  /** Stops the current work and ends the thread. May be called more than once. */
  close(): Promise<void>;
}

/** Options for opening a {@link Trainer}. */
export type TrainerOptions = SiteTraining & Omit<TrainersOptions, "inputWidth" | "classes">;
