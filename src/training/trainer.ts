import {openTrainers} from "./trainers.ts";
import type {Trainer, TrainerOptions} from "./types.ts";

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
