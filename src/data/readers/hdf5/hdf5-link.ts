import {Worker} from "node:worker_threads";
import {type CancelTimer, type Clock, systemClock} from "../../../core/index.ts";
import type {Hdf5Answer, Hdf5Question, Hdf5Request, WorkerFile} from "./hdf5-protocol.ts";

/** Time for one answer, at most 256 MiB of a file; a file that takes longer counts as damaged. */
export const ANSWER_LIMIT_MS = 60_000;

/** Time without an open file after which the thread ends and releases its memory. */
const IDLE_LIMIT_MS = 2_000;

/** Tests and scripts run the sources but use the built thread, because Node 20 does not run TypeScript. */
const WORKER_URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../../../dist/data/readers/hdf5/hdf5-worker.js" : "./hdf5-worker.js",
  import.meta.url,
);

/** The thread that reads HDF5 files, started when a file is opened and ended when none is open any more. */
export interface Hdf5Link {
  /** Counts an open file: the thread is kept until {@link release}. @returns its key */
  hold(): number;
  /**
   * Asks once the questions before it are answered. The answer is `failed` if the file ends the thread or
   * takes too long; the next question then starts another thread.
   */
  ask(file: WorkerFile, question: Hdf5Question): Promise<Hdf5Answer>;
  /** Releases an open file that {@link hold} counted. */
  release(file: WorkerFile): Promise<void>;
}

function startWorker(url: URL): Worker {
  // Its streams are not shown: the library writes paths to them when it aborts.
  const worker = new Worker(url, {execArgv: [], stdout: true, stderr: true});
  worker.stdout.resume();
  worker.stderr.resume();
  // An error ends the thread; the waiting question then learns of it.
  worker.on("error", () => undefined);
  return worker;
}

/** One answer of `worker`, or `failed` if it ends or `limitMs` pass first; then it is ended. */
function answerOf(worker: Worker, request: Hdf5Request, clock: Clock, limitMs: number): Promise<Hdf5Answer> {
  return new Promise((resolve) => {
    let cancel: CancelTimer = () => undefined;
    const finish = (answer: Hdf5Answer): void => {
      cancel();
      worker.off("message", finish);
      worker.off("exit", onEnd);
      worker.unref();
      resolve(answer);
    };
    const onEnd = (): void => finish({kind: "failed"});
    worker.ref();
    worker.once("message", finish);
    worker.once("exit", onEnd);
    cancel = clock.after(limitMs, () => void worker.terminate());
    worker.postMessage(request);
  });
}

/** Opens a link to a separate thread; {@link hdf5Link} is the one that the process shares. */
export function createHdf5Link(
  clock: Clock = systemClock,
  {url = WORKER_URL, limitMs = ANSWER_LIMIT_MS}: {readonly url?: URL; readonly limitMs?: number} = {},
): Hdf5Link {
  let worker: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let cancelIdle: CancelTimer = () => undefined;
  let open = 0;
  let keys = 0;
  const running = (): Worker => {
    if (worker !== undefined) return worker;
    const started = startWorker(url);
    started.once("exit", () => {
      if (worker === started) worker = undefined;
    });
    worker = started;
    return started;
  };
  const ask = (file: WorkerFile, question: Hdf5Question): Promise<Hdf5Answer> => {
    const answer = last.then(() => answerOf(running(), {file, question}, clock, limitMs));
    last = answer;
    return answer;
  };
  const endWhenIdle = (): void => {
    const end = (): void => {
      // Later questions start another thread: this one answers no more, though it ends later.
      void worker?.terminate();
      worker = undefined;
    };
    cancelIdle = clock.after(IDLE_LIMIT_MS, end, {unref: true});
  };
  return {
    hold() {
      cancelIdle();
      open += 1;
      keys += 1;
      return keys;
    },
    ask,
    async release(file) {
      if (worker !== undefined) await ask(file, {kind: "close"});
      open -= 1;
      if (open === 0) endWhenIdle();
    },
  };
}

/** The link through which all files of this process are read. */
export const hdf5Link = createHdf5Link();
