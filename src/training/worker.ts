/*
 * Entry of the training thread. It runs nothing but this; a failure that is not a CodedError is a bug, ends the
 * thread and reaches the main thread as TRAINING_WORKER_DIED.
 */
import {parentPort, workerData} from "node:worker_threads";
import {CodedError, isCoded} from "../core/index.ts";
import {type Model, openBackend} from "../model/index.ts";
import {shuffledOrder} from "./batch-order.ts";
import type {TrainingErrorCode} from "./errors.ts";
import {trainLocally} from "./local-steps.ts";
import {patientScores} from "./patient-scores.ts";
import {sourceOf} from "./source-selection.ts";
import type {
  WorkerAnswer,
  WorkerQuestion,
  WorkerReply,
  WorkerRequest,
  WorkerSetup,
} from "./worker-protocol.ts";
import {START_ID} from "./worker-protocol.ts";

type Answer = Pick<WorkerAnswer, "vector" | "meanLoss">;

function answering(setup: WorkerSetup, model: Model): (question: WorkerQuestion) => Answer {
  const {seed, site, spec, train, training} = setup;
  const source = sourceOf(spec, train, {seed, site});
  const order = shuffledOrder({seed, site, n: source.n, batchSize: training.batchSize});
  return (question) => {
    if (question.kind === "score") {
      const {parameters, rows} = question;
      return {vector: patientScores({model, spec, parameters}, rows), meanLoss: 0};
    }
    const {start, anchor, correction, firstStep, steps, cancelled} = question;
    const isCancelled = (): boolean => Atomics.load(cancelled, 0) !== 0;
    const {optimizer, proximal} = training;
    const places = {start, anchor, correction, firstStep, steps};
    const result = trainLocally({model, optimizer, proximal, source, order, ...places, isCancelled});
    return {vector: result.parameters, meanLoss: result.meanLoss};
  };
}

async function serve(): Promise<void> {
  const port = parentPort;
  if (port === null) {
    throw new CodedError<TrainingErrorCode>(
      "TRAINING_WORKER_DIED",
      "the training worker is no worker thread",
      {
        hint: "It is started by the daemon and by nobody else.",
      },
    );
  }
  const say = (reply: WorkerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(reply, transfer);
  const sayFailure = (id: number, error: unknown): void => {
    if (!isCoded(error)) throw error;
    const {code, message, hint, data} = error;
    say({kind: "failure", id, error: {code, message, hint, data}});
  };
  try {
    const setup: WorkerSetup = workerData;
    const {backend, passedOver, warning} = await openBackend(setup.backend);
    const model = backend.build(setup.spec, setup.train.d);
    const answer = answering(setup, model);
    port.on("message", ({id, question}: WorkerRequest) => {
      try {
        const {vector, meanLoss} = answer(question);
        say({kind: "answer", id, vector, meanLoss}, [vector.buffer]);
      } catch (error) {
        sayFailure(id, error);
      }
    });
    say({kind: "ready", backend: backend.name, passedOver, warning, layout: model.layout});
  } catch (error) {
    sayFailure(START_ID, error);
  }
}

await serve();
