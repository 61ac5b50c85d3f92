import type {BackendName, Model, PassedOver} from "../model/index.ts";
import type {Layout} from "../parameters/index.ts";
import type {ScoreRequest, SiteTraining, TrainersOptions} from "./types.ts";

/** Start-up data of the worker thread. */
export type WorkerSetup = Omit<TrainersOptions, "workerUrl">;

/**
 * A question to the worker without its number. `handle` names a site's rows, which an earlier `open` has
 * brought.
 */
export type WorkerQuestion =
  | ({readonly kind: "open"; readonly handle: number} & SiteTraining)
  | {readonly kind: "close"; readonly handle: number}
  | {
      readonly kind: "localSteps";
      readonly handle: number;
      readonly start: Float32Array;
      readonly anchor: Float32Array;
      readonly firstStep: number;
      readonly steps: number;
      readonly correction: Float32Array | undefined;
      /** One element of shared memory; any value except 0 ends the steps. */
      readonly cancelled: Int32Array;
    }
  | ({readonly kind: "score"} & ScoreRequest);

/** A numbered question to the worker. */
export interface WorkerRequest {
  /** Counted from 1. */
  readonly id: number;
  readonly question: WorkerQuestion;
}

/** A coded error in transit between threads. */
export interface CarriedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, string | number | boolean | null>>;
}

/** The worker has started. */
export interface WorkerReady {
  readonly kind: "ready";
  readonly backend: BackendName;
  readonly passedOver: readonly PassedOver[];
  readonly warning: string | null;
  readonly layout: Layout;
  readonly runsOn: Model["runsOn"];
}

/** The answer to a question. */
export interface WorkerAnswer {
  readonly kind: "answer";
  readonly id: number;
  /** Parameters after local steps, or scores; empty after `open` and `close`. */
  readonly vector: Float32Array<ArrayBuffer>;
  /** Mean loss of local steps; otherwise 0. */
  readonly meanLoss: number;
}

/** An expected failure of a question, or, with id 0, of the start. */
export interface WorkerFailure {
  readonly kind: "failure";
  readonly id: number;
  readonly error: CarriedError;
}

/** Any message from the worker. */
export type WorkerReply = WorkerReady | WorkerAnswer | WorkerFailure;

/** Id of a failure that answers no question: that of the start. */
export const START_ID = 0;
