import {unreachable} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import type {
  FinishedUnit,
  FinishedWork,
  LocalTask,
  OwnWork,
  Participant,
  ParticipantEffect,
  SegmentUnit,
} from "../../participant/index.ts";
import type {Release} from "../../privacy/index.ts";
import type {Certificate, Certified} from "../../rounds/index.ts";
import {type OwnStorage, writeState} from "./own-disk.ts";
import type {RoundWork} from "./round-work.ts";

/** The parts that carry out the effects of a site's own half of the rounds. */
export interface LocalHalfOptions {
  readonly participant: Participant;
  readonly work: RoundWork;
  readonly storage: OwnStorage;
  /** Hears that the local work of a round begins. */
  onBegin(round: number): void;
  /** Hears that it is done. */
  onDone(work: FinishedWork): void;
  handIn(round: number, release: Release): void;
  /** Reports that training or storage failed: the node cannot go on. */
  onFatal(error: unknown): void;
}

/** The edge of a site's own half of the rounds: training, the disk, and the way to the protocol. */
export class LocalHalf {
  readonly #options: LocalHalfOptions;
  #working = new AbortController();
  #disk: Promise<void> = Promise.resolve();

  constructor(options: LocalHalfOptions) {
    this.#options = options;
  }

  /** Aborts when the round under way is decided, and when the node closes. */
  get signal(): AbortSignal {
    return this.#working.signal;
  }

  /** The work whose release is handed in and not settled yet. */
  get announced(): OwnWork | null {
    const {own} = this.#options.participant.view();
    return own.stage === "announced" ? own.work : null;
  }

  /** Scores patients under a certified model with the site's own tensors, `[patients]`. */
  score(certified: Certified, rows: PatientMatrix): Promise<Float32Array> {
    const {work, participant} = this.#options;
    return work.score(certified, rows, participant.view().site.state.own);
  }

  /** Begins the round after `certified`. */
  begin(certified: Certified | null): void {
    this.#carryOut(this.#options.participant.handle({type: "begin", certified}));
  }

  /** Ends the work under way and settles the site's contribution. */
  settle(certificate: Certificate): void {
    this.#working.abort();
    this.#working = new AbortController();
    this.#carryOut(this.#options.participant.handle({type: "certified", certificate}));
  }

  /** Works on a unit of an asynchronous segment; null if the round went on meanwhile. */
  async workOnUnit(certified: Certified | null, unit: SegmentUnit): Promise<FinishedUnit | null> {
    const {signal} = this.#working;
    return unlessAborted(signal, this.#options.work.runUnit(certified, unit, signal));
  }

  /** Stops the current work. */
  async close(): Promise<void> {
    this.#working.abort();
    await this.#options.work.close();
  }

  #carryOut(effects: readonly ParticipantEffect[]): void {
    const {storage, handIn, participant} = this.#options;
    for (const effect of effects) {
      switch (effect.type) {
        case "work":
          this.#work(effect.task).catch(this.#options.onFatal);
          break;
        case "write":
          this.#onDisk(async () => {
            const {bytes, line} = effect;
            await writeState(storage, bytes, line);
            this.#carryOut(participant.handle({type: "written", hash: line.state}));
          });
          break;
        case "hand-in":
          handIn(effect.round, effect.release);
          break;
        case "remove":
          this.#onDisk(() => storage.models.remove(effect.hash));
          break;
        default:
          unreachable(effect);
      }
    }
  }

  /** One after the other: what is removed must have been written before. */
  #onDisk(task: () => Promise<void>): void {
    this.#disk = this.#disk.then(task).catch(this.#options.onFatal);
  }

  async #work(task: LocalTask): Promise<void> {
    const {signal} = this.#working;
    if (signal.aborted) return;
    const {work, participant, onBegin, onDone} = this.#options;
    onBegin(task.round);
    const done = await unlessAborted(signal, work.run(task, signal));
    if (done === null) return;
    onDone(done);
    this.#carryOut(participant.handle({type: "done", work: done}));
  }
}

/** The result of `work`; null, whatever became of it, if the signal has aborted. */
async function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result | null> {
  try {
    const result = await work;
    return signal.aborted ? null : result;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}
