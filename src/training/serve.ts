import {parentPort, workerData} from "node:worker_threads";
import {CodedError, isCoded} from "../core/index.ts";
import type {TrainingErrorCode} from "./errors.ts";
import {answering, type OpenModel} from "./serving.ts";
import {START_ID, type WorkerReply, type WorkerRequest, type WorkerSetup} from "./worker-protocol.ts";

/**
 * Runs a training thread. A failure that is not a CodedError is a bug. It ends the thread and reaches the
 * main thread as TRAINING_WORKER_DIED.
 */
export async function serveTrainers(openModel: OpenModel): Promise<void> {
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
    const served = await openModel(setup);
    const answer = answering(setup.spec, served);
    port.on("message", ({id, question}: WorkerRequest) => {
      try {
        const {vector, meanLoss} = answer(question);
        say({kind: "answer", id, vector, meanLoss}, [vector.buffer]);
      } catch (error) {
        sayFailure(id, error);
      }
    });
    const {backend, passedOver, warning, model} = served;
    say({kind: "ready", backend, passedOver, warning, layout: model.layout, runsOn: model.runsOn});
  } catch (error) {
    sayFailure(START_ID, error);
  }
}
