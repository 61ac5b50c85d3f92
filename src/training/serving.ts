import {CodedError} from "../core/index.ts";
import type {Model, OpenedBackend} from "../model/index.ts";
import {type BatchOrder, shuffledOrder} from "./batch-order.ts";
import type {TrainingErrorCode} from "./errors.ts";
import type {ExampleSource} from "./example-source.ts";
import {trainLocally} from "./local-steps.ts";
import type {PatientRows} from "./patient-rows.ts";
import {sourceOf} from "./source-selection.ts";
import type {SiteTraining, TrainersOptions} from "./types.ts";
import type {WorkerAnswer, WorkerQuestion} from "./worker-protocol.ts";

/** A model with everything that a thread needs to train and score with it. */
export interface ServedModel extends Pick<OpenedBackend, "passedOver" | "warning"> {
  readonly backend: OpenedBackend["backend"]["name"];
  readonly model: Model;
  /** One figure for each patient, `[patients]`, owned by the caller. */
  scoresOf(parameters: Float32Array, rows: PatientRows): Float32Array<ArrayBuffer>;
}

/** Opens the model in the computing thread. */
export type OpenModel = (options: Omit<TrainersOptions, "workerUrl">) => Promise<ServedModel>;

/** Content of an answer. */
export type ServedAnswer = Pick<WorkerAnswer, "vector" | "meanLoss">;

interface OpenedSite extends Pick<SiteTraining, "training"> {
  readonly source: ExampleSource;
  readonly order: BatchOrder;
}

function openSite(spec: TrainersOptions["spec"], {training, train, seed, site}: SiteTraining): OpenedSite {
  const source = sourceOf(spec, train, {seed, site});
  return {training, source, order: shuffledOrder({seed, site, n: source.n, batchSize: training.batchSize})};
}

const NOTHING = (): ServedAnswer => ({vector: new Float32Array(), meanLoss: 0});

function closedError(): CodedError<TrainingErrorCode> {
  return new CodedError("TRAINING_CLOSED", "local steps were asked of a trainer that is closed", {
    hint: "Open another trainer on the site's rows.",
  });
}

/**
 * Answers questions from any site in the calling thread.
 * @returns a function that throws the errors of this room and of room `model`
 */
export function answering(
  spec: TrainersOptions["spec"],
  {model, scoresOf}: ServedModel,
): (question: WorkerQuestion) => ServedAnswer {
  const sites = new Map<number, OpenedSite>();
  const localSteps = (question: Extract<WorkerQuestion, {kind: "localSteps"}>): ServedAnswer => {
    const {handle, start, anchor, correction, firstStep, steps, cancelled} = question;
    const opened = sites.get(handle);
    if (opened === undefined) throw closedError();
    const {training, source, order} = opened;
    const {optimizer, proximal} = training;
    const places = {start, anchor, correction, firstStep, steps};
    const isCancelled = (): boolean => Atomics.load(cancelled, 0) !== 0;
    const result = trainLocally({model, optimizer, proximal, source, order, ...places, isCancelled});
    return {vector: result.parameters, meanLoss: result.meanLoss};
  };
  return (question) => {
    switch (question.kind) {
      case "open":
        sites.set(question.handle, openSite(spec, question));
        return NOTHING();
      case "close":
        sites.delete(question.handle);
        return NOTHING();
      case "score":
        return {vector: scoresOf(question.parameters, question.rows), meanLoss: 0};
      default:
        return localSteps(question);
    }
  };
}
