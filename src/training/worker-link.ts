import {Worker} from "node:worker_threads";
import {CodedError} from "../core/index.ts";
import type {TrainingErrorCode} from "./errors.ts";
import {
  START_ID,
  type WorkerAnswer,
  type WorkerQuestion,
  type WorkerReady,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from "./worker-protocol.ts";

interface Waiting<Reply> {
  resolve(reply: Reply): void;
  reject(error: CodedError): void;
}

/** A worker thread that answers questions in their order of arrival. */
export interface WorkerLink {
  /** Resolves when the worker can answer. */
  readonly ready: Promise<WorkerReady>;
  /** @param transfer buffers that are handed over and no longer belong to the caller */
  ask(question: WorkerQuestion, transfer: readonly ArrayBuffer[]): Promise<WorkerAnswer>;
  /**
   * Ends the thread, even in the middle of its work. Unanswered questions are rejected with TRAINING_CLOSED.
   */
  close(): Promise<void>;
}

function closed(): CodedError<TrainingErrorCode> {
  return new CodedError("TRAINING_CLOSED", "the trainer is closed");
}

function died(what: string, cause?: unknown): CodedError<TrainingErrorCode> {
  return new CodedError("TRAINING_WORKER_DIED", `the training thread ended: ${what}`, {
    cause,
    hint: "Start the daemon again: the run goes on from its last round.",
  });
}

/**
 * Starts the worker thread. When it ends for any reason, all waiting and later questions are rejected; none
 * hangs.
 * @param url module of the worker
 */
export function openWorkerLink(url: URL, setup: WorkerSetup): WorkerLink {
  const worker = new Worker(url, {workerData: setup, execArgv: []});
  const waiting = new Map<number, Waiting<WorkerAnswer>>();
  let end: CodedError | undefined;
  let nextId = START_ID + 1;
  let onReady: Waiting<WorkerReady> | undefined;
  const ready = new Promise<WorkerReady>((resolve, reject) => {
    onReady = {resolve, reject};
  });

  const finish = (error: CodedError): void => {
    end ??= error;
    onReady?.reject(end);
    for (const question of waiting.values()) question.reject(end);
    waiting.clear();
  };
  worker.on("message", (reply: WorkerReply) => {
    if (reply.kind === "ready") {
      onReady?.resolve(reply);
      return;
    }
    const question = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.kind === "answer") {
      question?.resolve(reply);
      return;
    }
    const {code, message, hint, data} = reply.error;
    const error = new CodedError(code, message, hint === undefined ? {data} : {data, hint});
    if (reply.id === START_ID) finish(error);
    else question?.reject(error);
  });
  worker.on("error", (error) => finish(died(error.message, error)));
  worker.on("messageerror", (error) => finish(died(error.message, error)));
  worker.on("exit", (status) => finish(died(`exit status ${status}`)));

  return {
    ready,
    ask: (question, transfer) =>
      new Promise((resolve, reject) => {
        if (end !== undefined) {
          reject(end);
          return;
        }
        const request: WorkerRequest = {id: nextId++, question};
        worker.postMessage(request, transfer);
        waiting.set(request.id, {resolve, reject});
      }),
    async close() {
      finish(closed());
      await worker.terminate();
    },
  };
}
