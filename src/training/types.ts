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

/** How local steps change the parameters. */
export type OptimizerSpec = SgdSpec | AdamwSpec;

/** How a site trains between two exchanges: a closed block of the plan, whose schema the room `consortium` holds. */
export interface TrainingSpec {
  readonly optimizer: OptimizerSpec;
  /** Examples a step, at least 1, or all of the site's: rows or, of a model of bags, patients. A site with fewer takes all. */
  readonly batchSize: number | "all";
  /** mu of the term mu / 2 ||x - anchor||^2 that each step's loss has besides; 0: none. */
  readonly proximal: number;
  /** Steps a round, at least 1, or passes over the site's examples, above 0: then larger sites take more steps. */
  readonly localSteps: number | {readonly epochs: number};
}

/** One round's local steps. */
export interface LocalStepsRequest {
  /** Where the steps begin, `[layoutSize]`; read before the call returns, then the caller's to change. */
  readonly start: Float32Array;
  /** `[layoutSize]`, what the proximal term pulls towards, the round's snapshot; the default is `start`. */
  readonly anchor?: Float32Array;
  /** `[layoutSize]`, what is added to each gradient: the drift correction c - c_i. Only read. */
  readonly correction?: Float32Array;
  /** Number of steps that this site's run took before this round: the batches go on from there. */
  readonly firstStep: number;
  /** Steps to take, at least 1. */
  readonly steps: number;
  /** Ends the steps early. */
  readonly signal?: AbortSignal;
}

/** What one round's local steps gave. */
export interface LocalStepsResult {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array<ArrayBuffer>;
  /** Mean over the steps of the batch loss before the step. */
  readonly meanLoss: number;
  /** Steps taken: those asked for. */
  readonly steps: number;
}

/** Rows with their labels `[n]`; those of one patient are equal. */
export type LabelledRows = PatientRows & Examples;

/** Scores to compute. */
export interface ScoreRequest {
  /** `[layoutSize]`. */
  readonly parameters: Float32Array;
  readonly rows: PatientRows;
}

/**
 * A site's training, away from the daemon's event loop. Requests are served one after the other.
 * Every call may throw TRAINING_WORKER_DIED and TRAINING_CLOSED, and the errors of the room `model`.
 */
export interface Trainer {
  /** The backend in use. */
  readonly backend: BackendName;
  /** The faster backends that cannot serve here, and why. */
  readonly passedOver: readonly PassedOver[];
  /** What the operator should be warned of, or null. */
  readonly warning: string | null;
  /** Order, names and shapes of the flat parameter vector. */
  readonly layout: Layout;
  /**
   * Takes a round's local steps: a pure function of the request and what the trainer was opened with, so a round
   * that is run again after a crash gives the same bytes. The optimiser starts afresh with every call.
   * @throws TRAINING_DIVERGED, TRAINING_CANCELLED when the signal aborts
   */
  localSteps(request: LocalStepsRequest): Promise<LocalStepsResult>;
  /**
   * Probability of label 1 for each patient, of more than two classes the class, of "cox" the log risk: `[patients]`,
   * owned by the caller.
   */
  score(request: ScoreRequest): Promise<Float32Array<ArrayBuffer>>;
  /** Stops the work at hand and ends the thread; may be called more than once. */
  close(): Promise<void>;
}

/** What decides a site's training beside the model. */
export interface SiteTraining {
  readonly training: TrainingSpec;
  /**
   * The site's training rows; copied into the worker unless they lie in shared memory. Without any,
   * `localSteps` throws MODEL_EMPTY_BATCH; `score` works all the same.
   */
  readonly train: LabelledRows;
  /** The plan's seed. */
  readonly seed: number;
  /** The site's name. */
  readonly site: string;
}

/** What {@link Trainers} are opened with. */
export interface TrainersOptions {
  readonly spec: ModelSpec;
  /** Features of a row. */
  readonly inputWidth: number;
  /** Classes that the model tells apart; default 2, which models of survival take too. */
  readonly classes?: number;
  readonly backend: BackendPreference;
  /** Module of the worker thread; the default is this room's own compiled one. */
  readonly workerUrl?: URL;
}

/** A thread that trains one model at several sites, one request after the other. */
export interface Trainers extends Pick<Trainer, "backend" | "passedOver" | "warning" | "layout"> {
  /** What computes the model: the backend or, of models that use none, plain loops. */
  readonly runsOn: Model["runsOn"];
  /** A trainer on a site's rows; closing it frees them, and the thread goes on. */
  open(site: SiteTraining): Promise<Trainer>;
  /** Stops the work at hand and ends the thread; may be called more than once. */
  close(): Promise<void>;
}

/** What {@link Trainer} is opened with. */
export type TrainerOptions = SiteTraining & Omit<TrainersOptions, "inputWidth" | "classes">;
