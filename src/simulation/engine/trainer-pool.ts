import {availableParallelism} from "node:os";
import {at, CodedError} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import type {BackendPreference, ModelSpec} from "../../model/index.ts";
import {
  openBackendModel,
  openTrainers,
  openTrainersHere,
  type SiteTraining,
  type Trainer,
  type Trainers,
  type TrainersOptions,
  type TrainingSpec,
} from "../../training/index.ts";
import type {Cohort} from "../cohort.ts";
import type {SimulationErrorCode} from "../errors.ts";

/** Largest useful number of threads. More gain nothing, because the mixing between rounds is in one. */
const MAX_THREADS = 8;

/** Default number of training threads: one a processor, at most 8. */
export function defaultThreads(): number {
  return Math.min(MAX_THREADS, availableParallelism());
}

/** Settings of a site's training that may differ from the pool's. */
export type TrainingChanges = Partial<Pick<SiteTraining, "training" | "seed">>;

/** Threads that train for all sites of an experiment. The results do not depend on the number of threads. */
export interface TrainerPool {
  /** Opens a trainer of scaled rows, which shares the threads with all others. Closing it frees its rows. */
  open(site: string, train: PatientMatrix, changes?: TrainingChanges): Promise<Trainer>;
  /** The backend that computes the model, by name, or "loops". */
  readonly runsOn: Trainers["runsOn"];
  close(): Promise<void>;
}

/** Options for opening a {@link TrainerPool}. */
export interface TrainerPoolOptions {
  readonly spec: ModelSpec;
  readonly training: TrainingSpec;
  readonly seed: number;
  readonly backend: BackendPreference;
  /** Default: {@link defaultThreads}. With 0 the calling thread trains. */
  readonly threads?: number;
  readonly cohort: Pick<Cohort, "kind" | "classes" | "features">;
  /** The compiled module of the threads. The default is room training's own. */
  readonly workerUrl?: URL;
}

/** Copies rows into shared memory, from which a thread takes them without another copy. */
function shared(train: PatientMatrix): PatientMatrix {
  const values = new Float32Array(new SharedArrayBuffer(train.values.byteLength));
  values.set(train.values);
  return {...train, values};
}

/**
 * Opens the threads of a {@link TrainerPool}. Each holds one model, and the sites are dealt to them in turn.
 * @throws MODEL_BACKEND_MISSING, MODEL_SPEC_INVALID, TRAINING_WORKER_DIED, SIMULATION_NO_THREADS
 */
export async function openTrainerPool(options: TrainerPoolOptions): Promise<TrainerPool> {
  const {spec, training, seed, backend, cohort, workerUrl} = options;
  const count = options.threads ?? defaultThreads();
  const setup: TrainersOptions = {spec, backend, inputWidth: cohort.features.length, classes: cohort.classes};
  const opening =
    count === 0
      ? [openTrainersHere(setup, openBackendModel)]
      : Array.from({length: count}, () =>
          openTrainers(workerUrl === undefined ? setup : {...setup, workerUrl}),
        );
  const threads = await allOpened(opening);
  const [first] = threads;
  if (first === undefined) throw noThreads();
  let opened = 0;
  return {
    runsOn: first.runsOn,
    async open(site, train, changes = {}) {
      const thread = at(threads, opened++ % threads.length);
      return thread.open({training, seed, site, train: count === 0 ? train : shared(train), ...changes});
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function noThreads(): CodedError<SimulationErrorCode> {
  return new CodedError("SIMULATION_NO_THREADS", "the number of training threads is below 0", {
    hint: "Give 0, to train in the calling thread, or more.",
  });
}

/** Opens all threads or none: if one cannot be opened, the others are closed. */
async function allOpened(opening: readonly Promise<Trainers>[]): Promise<readonly Trainers[]> {
  const results = await Promise.allSettled(opening);
  const threads = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return threads;
  await Promise.all(threads.map((thread) => thread.close()));
  throw failure.reason;
}
