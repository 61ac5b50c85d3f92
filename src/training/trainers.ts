import {answering, type OpenModel} from "./serving.ts";
import type {SiteTraining, Trainer, TrainerOptions, Trainers, TrainersOptions} from "./types.ts";
import {openWorkerLink} from "./worker-link.ts";
import type {WorkerAnswer, WorkerQuestion} from "./worker-protocol.ts";

/** Answers questions, in this thread or another. */
interface Answerer extends Pick<Trainers, "backend" | "passedOver" | "warning" | "layout" | "runsOn"> {
  ask(
    question: WorkerQuestion,
    transfer: readonly ArrayBuffer[],
  ): Promise<Pick<WorkerAnswer, "vector" | "meanLoss">>;
  close(): Promise<void>;
}

const flags = new WeakMap<AbortSignal, Int32Array>();

/**
 * Returns one element of shared memory that is 0 until `signal` aborts, the same for all callers with that
 * signal.
 */
function flagOf(signal: AbortSignal | undefined): Int32Array {
  const known = signal === undefined ? undefined : flags.get(signal);
  if (known !== undefined) return known;
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const cancel = (): void => void Atomics.store(flag, 0, 1);
  if (signal?.aborted === true) cancel();
  signal?.addEventListener("abort", cancel, {once: true});
  if (signal !== undefined) flags.set(signal, flag);
  return flag;
}

function trainerAt({ask, backend, passedOver, warning, layout}: Answerer, handle: number): Trainer {
  return {
    backend,
    passedOver,
    warning,
    layout,
    async localSteps({start, anchor = start, correction, firstStep, steps, signal}) {
      const copies = {start: start.slice(), anchor: anchor.slice()};
      const request = {handle, ...copies, correction, firstStep, steps, cancelled: flagOf(signal)};
      const transfer = [copies.start.buffer, copies.anchor.buffer];
      const {vector, meanLoss} = await ask({kind: "localSteps", ...request}, transfer);
      return {parameters: vector, meanLoss, steps};
    },
    async score({parameters, rows: {n, d, values, patients, patientOf}}) {
      const rows = {n, d, values, patients, patientOf};
      return (await ask({kind: "score", parameters, rows}, [])).vector;
    },
    async close() {
      await ask({kind: "close", handle}, []);
    },
  };
}

function trainersOf(answerer: Answerer): Trainers {
  const {ask, backend, passedOver, warning, layout, runsOn} = answerer;
  let handles = 0;
  return {
    backend,
    passedOver,
    warning,
    layout,
    runsOn,
    async open({training, train, seed, site}: SiteTraining) {
      const handle = handles++;
      await ask({kind: "open", handle, training, train, seed, site}, []);
      return trainerAt(answerer, handle);
    },
    close: () => answerer.close(),
  };
}

/**
 * Opens {@link Trainers} in a new worker thread.
 * @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID, TRAINING_WORKER_DIED
 */
export async function openTrainers(options: TrainersOptions): Promise<Trainers> {
  const {workerUrl = new URL("./worker.js", import.meta.url), ...setup} = options;
  const link = openWorkerLink(workerUrl, setup);
  const ready = await link.ready.catch(async (error: unknown) => {
    await link.close();
    throw error;
  });
  return trainersOf({
    ...ready,
    ask: (question, transfer) => link.ask(question, transfer),
    close: () => link.close(),
  });
}

/**
 * Opens {@link Trainers} in the calling thread, which blocks while they work.
 * @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID
 */
export async function openTrainersHere(
  options: Omit<TrainersOptions, "workerUrl">,
  openModel: OpenModel,
): Promise<Trainers> {
  const served = await openModel(options);
  const answer = answering(options.spec, served);
  const {backend, passedOver, warning, model} = served;
  return trainersOf({
    backend,
    passedOver,
    warning,
    layout: model.layout,
    runsOn: model.runsOn,
    ask: async (question) => answer(question),
    close: async () => {},
  });
}

/**
 * Opens a {@link Trainer} in a new worker thread, which loads the compute backend. The calling thread loads
 * none of it.
 * @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID, TRAINING_WORKER_DIED
 */
export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  const {spec, backend, workerUrl, ...site} = options;
  const module = workerUrl === undefined ? {} : {workerUrl};
  const trainers = await openTrainers({spec, backend, inputWidth: site.train.d, ...module});
  const trainer = await trainers.open(site).catch(async (error: unknown) => {
    await trainers.close();
    throw error;
  });
  return {...trainer, close: () => trainers.close()};
}
