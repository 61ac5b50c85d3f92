import {availableParallelism} from "node:os";
import {CodedError} from "../../core/index.ts";
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
import type {Cohort} from "../cohort/cohort.ts";
import type {SimulationErrorCode} from "../errors.ts";

/** More threads than this gain nothing: the mixing between rounds is in one. */
const MAX_THREADS = 8;

/** Threads that train where nobody says how many: one a processor, at most 8. */
export function defaultThreads(): number {
  return Math.min(MAX_THREADS, availableParallelism());
}

/** What of a site's training may differ from what the pool was opened with. */
export type TrainingChanges = Partial<Pick<SiteTraining, "training" | "seed">>;

/** Threads that train for all sites of an experiment; what they give does not depend on how many they are. */
export interface TrainerPool {
  /** A trainer of scaled rows, which share the threads with all others; closing it frees its rows. */
  open(site: string, train: PatientMatrix, changes?: TrainingChanges): Promise<Trainer>;
  /** What computes the model: a backend's name or "loops". */
  readonly runsOn: Trainers["runsOn"];
  close(): Promise<void>;
}

/** What a {@link TrainerPool} is opened with. */
export interface TrainerPoolOptions {
  readonly spec: ModelSpec;
  readonly training: TrainingSpec;
  readonly seed: number;
  readonly backend: BackendPreference;
  /** Default: {@link defaultThreads}; with 0 the calling thread trains. */
  readonly threads?: number;
  readonly cohort: Pick<Cohort, "kind" | "classes" | "features">;
  /** The compiled module of the threads; the default is room training's own. */
  readonly workerUrl?: URL;
}

/** Rows in shared memory, so that a thread takes them without a copy of its own. */
function shared(train: PatientMatrix): PatientMatrix {
  const values = new Float32Array(new SharedArrayBuffer(train.values.byteLength));
  values.set(train.values);
  return {...train, values};
}

/**
 * Opens the threads of a {@link TrainerPool}: each holds one model, and the sites are dealt to them in turn.
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
      const thread = threads[opened++ % threads.length] ?? first;
      return thread.open({training, seed, site, train: count === 0 ? train : shared(train), ...changes});
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

function noThreads(): CodedError<SimulationErrorCode> {
  return new CodedError("SIMULATION_NO_THREADS", "a pool without threads cannot train", {
    hint: "Give 0 threads, which is the calling one, or more.",
  });
}

/** All threads, or none: where one cannot be opened, the others are closed. */
async function allOpened(opening: readonly Promise<Trainers>[]): Promise<readonly Trainers[]> {
  const results = await Promise.allSettled(opening);
  const threads = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return threads;
  await Promise.all(threads.map((thread) => thread.close()));
  throw failure.reason;
}
