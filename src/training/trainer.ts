import type {Trainer, TrainerOptions} from "./types.ts";
import {openWorkerLink} from "./worker-link.ts";

/**
 * Opens a {@link Trainer} in a worker thread of its own, which loads the compute backend; the calling thread
 * loads none of it.
 * @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID, TRAINING_WORKER_DIED
 */
export async function openTrainer(options: TrainerOptions): Promise<Trainer> {
  const {workerUrl = new URL("./worker.js", import.meta.url), ...setup} = options;
  const link = openWorkerLink(workerUrl, setup);
  const {backend, passedOver, warning, layout} = await link.ready.catch(async (error: unknown) => {
    await link.close();
    throw error;
  });
  return {
    backend,
    passedOver,
    warning,
    layout,
    async localSteps({start, anchor = start, correction, firstStep, steps, signal}) {
      const cancelled = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      const cancel = (): void => void Atomics.store(cancelled, 0, 1);
      if (signal?.aborted === true) cancel();
      signal?.addEventListener("abort", cancel, {once: true});
      try {
        const copies = {start: start.slice(), anchor: anchor.slice()};
        const question = {kind: "localSteps", ...copies, correction, firstStep, steps, cancelled} as const;
        const {vector, meanLoss} = await link.ask(question, [copies.start.buffer, copies.anchor.buffer]);
        return {parameters: vector, meanLoss, steps};
      } finally {
        signal?.removeEventListener("abort", cancel);
      }
    },
    async score({parameters, rows: {n, d, values, patients, patientOf}}) {
      const rows = {n, d, values, patients, patientOf};
      const question = {kind: "score", parameters, rows} as const;
      return (await link.ask(question, [])).vector;
    },
    close: () => link.close(),
  };
}
