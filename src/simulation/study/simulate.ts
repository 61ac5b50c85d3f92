import type {Experiment} from "../../config/index.ts";
import type {Plan} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {type BackendPreference, tfjsVersion} from "../../model/index.ts";
import type {Cohort} from "../cohort/cohort.ts";
import {openCohort} from "../cohort/open-cohort.ts";
import {defaultThreads, openTrainerPool, type TrainerPool} from "../engine/trainer-pool.ts";
import {combine} from "./combine.ts";
import {ComparisonBook} from "./comparisons.ts";
import type {MethodRound} from "./method.ts";
import {checkFit, planOf} from "./open-trial.ts";
import type {Environment, Runtime, StudyResults} from "./results.ts";
import {type KnownBaselines, runTrial} from "./run-trial.ts";
import {type Cell, cellsOf, isOf, methodsOf} from "./study-cells.ts";
import type {TrialResult} from "./trial-result.ts";
import {mostTrialBytes} from "./trial-size.ts";

/** A round of a method as it ends, and how far the whole experiment is. */
export interface StudyProgress {
  /** Trials that have ended, and all of them. */
  readonly trialsDone: number;
  readonly trials: number;
  /** Of the whole experiment, in [0, 1]. */
  readonly share: number;
  readonly seed: number;
  readonly method: string;
  /** Rounds of the plan, and the one that has ended. */
  readonly rounds: number;
  readonly round: MethodRound;
}

/** What {@link simulate} needs beside the experiment. */
export interface SimulateOptions {
  /** Folder that relative paths in the experiment start from. */
  readonly folder: string;
  /** Values for `${NAME}` in task files. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Threads that train; the default is one a processor, at most 8. What comes out does not depend on it. */
  readonly threads?: number;
  /** What computes; the default is the fastest that is installed. */
  readonly backend?: BackendPreference;
  /** Ends the simulation with its reason; what {@link onTrial} was given stays good. */
  readonly signal?: AbortSignal;
  /**
   * Gives the trials of an earlier, interrupted simulation of the same experiment: they are not run again.
   * @param mostBytes more than any of them takes as JSON
   */
  earlier?(mostBytes: number): Promise<readonly TrialResult[]>;
  /** What the figures are made with, for the report. */
  readonly runtime?: Runtime;
  /** Takes, once for each site, what whoever runs this should know of its data, and whom they leave out. */
  tell?(site: string, text: string): void;
  onRound?(progress: StudyProgress): void;
  /** Is given each trial as it ends, with all results so far. */
  onTrial?(trial: TrialResult, soFar: StudyResults): Promise<void> | void;
}

const UNKNOWN_RUNTIME: Runtime = {
  consilium: "unknown",
  commit: null,
  node: "unknown",
  platform: "unknown",
  processor: "unknown",
  cores: 0,
};

/** The places of a simulation that do not change from trial to trial. */
class Study {
  readonly #experiment: Experiment;
  readonly #options: SimulateOptions;
  readonly #signal: AbortSignal;
  #first: {readonly cohort: Cohort; readonly book: ComparisonBook} | null = null;
  /** What computed the trials. */
  readonly #ranOn = new Set<string>();
  /** What was told of the sites' data. */
  readonly #told = new Set<string>();
  /** The newest cohort, by its data block and seed: points that change neither share it. */
  #newest: {readonly key: string; readonly cohort: Cohort} | null = null;
  readonly #trials: TrialResult[] = [];
  readonly #baselines: KnownBaselines = new Map();
  #pool: {readonly key: string; readonly pool: TrainerPool} | null = null;

  constructor(experiment: Experiment, options: SimulateOptions) {
    this.#experiment = experiment;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async run(): Promise<StudyResults> {
    const {onTrial} = this.#options;
    const cells = cellsOf(this.#experiment);
    const mostBytes = await this.#prepare(cells);
    const earlier = (await this.#options.earlier?.(mostBytes)) ?? [];
    for (const cell of cells) {
      const known = earlier.find((trial) => isOf(cell, trial));
      const cohort = await this.#open(cell);
      const trial = known ?? (await this.#runCell(cell, cohort, cells.length));
      this.#trials.push(trial);
      this.#opened().book.add(trial);
      if (known === undefined && onTrial !== undefined) await onTrial(trial, this.#combine(false));
    }
    return this.#combine(true);
  }

  /**
   * Holds every point against its patients of the first seed: what does not fit is refused before hours of work.
   * @returns the most bytes of any trial
   */
  async #prepare(cells: readonly Cell[]): Promise<number> {
    let most = 0;
    const isFirst = ({experiment, seed}: Cell): boolean => seed === experiment.seed;
    for (const cell of cells.filter(isFirst)) {
      const cohort = await this.#read(cell);
      checkFit(cell.experiment, cohort);
      most = Math.max(most, mostTrialBytes(cell.experiment, cell.point, cohort));
    }
    return most;
  }

  async #read({experiment: {data}, seed}: Cell): Promise<Cohort> {
    this.#signal.throwIfAborted();
    const key = JSON.stringify([data, seed]);
    if (this.#newest?.key === key) return this.#newest.cohort;
    const {folder, variables = {}} = this.#options;
    const tell = (site: string, text: string): void => this.#tell(site, text);
    const cohort = await openCohort(data, {seed, folder, variables, tell});
    this.#newest = {key, cohort};
    return cohort;
  }

  #tell(site: string, text: string): void {
    const key = JSON.stringify([site, text]);
    if (!this.#told.has(key)) this.#options.tell?.(site, text);
    this.#told.add(key);
  }

  async #open(cell: Cell): Promise<Cohort> {
    const cohort = await this.#read(cell);
    checkFit(cell.experiment, cohort);
    const book = this.#first?.book ?? new ComparisonBook(this.#experiment, cohort.kind);
    this.#first ??= {cohort, book};
    return cohort;
  }

  async #runCell({experiment, point, seed}: Cell, cohort: Cohort, trials: number): Promise<TrialResult> {
    const {onRound} = this.#options;
    const plan = planOf(experiment, cohort, seed);
    const pool = await this.#poolOf(plan, cohort);
    const trial = {experiment, point, seed, plan, cohort, pool, signal: this.#signal};
    const trialsDone = this.#trials.length;
    const methods: string[] = [];
    return await runTrial(trial, this.#baselines, (method, round) => {
      if (methods.at(-1) !== method) methods.push(method);
      const ended = methods.length - 1 + Math.min(1, round.round / plan.rounds);
      const share = (trialsDone + ended / methodsOf(experiment)) / trials;
      onRound?.({trialsDone, trials, share, seed, method, rounds: plan.rounds, round});
    });
  }

  /** The threads of the trial before where they train the same model, else new ones. */
  async #poolOf({model: spec, training, seed}: Plan, cohort: Cohort): Promise<TrainerPool> {
    const {backend = "auto"} = this.#options;
    const key = JSON.stringify([spec, cohort.kind, cohort.classes, cohort.features.length]);
    if (this.#pool?.key === key) return this.#pool.pool;
    await this.close();
    const pool = await openTrainerPool({spec, training, seed, backend, cohort, threads: this.#threads()});
    this.#ranOn.add(pool.runsOn);
    this.#pool = {key, pool};
    return pool;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool?.pool.close();
    this.#pool = null;
  }

  #threads(): number {
    return this.#options.threads ?? defaultThreads();
  }

  #environment(): Environment {
    const {runtime = UNKNOWN_RUNTIME} = this.#options;
    const backend = this.#ranOn.size === 0 ? "none" : [...this.#ranOn].join("+");
    return {
      ...runtime,
      backend,
      tfjs: tfjsVersion(),
      engine: this.#experiment.engine,
      threads: this.#threads(),
    };
  }

  #opened(): {readonly cohort: Cohort; readonly book: ComparisonBook} {
    if (this.#first !== null) return this.#first;
    throw new CodedError("SIMULATION_NOBODY_TRAINS", "no trial was opened");
  }

  #combine(isComplete: boolean): StudyResults {
    const {cohort, book} = this.#opened();
    const facts = {experiment: this.#experiment, cohort, environment: this.#environment()};
    return combine(facts, {trials: this.#trials, comparisons: book.rows(), isComplete});
  }
}

/**
 * Runs an experiment: for each point of its sweep and each seed the network, on virtual time, and the baselines beside
 * it. The same experiment gives the same results, bit by bit, whatever the number of threads.
 * Training that diverges, under an attack or without, is a result and no error: its rows say so, all else goes on.
 * @throws {CodedError} SIMULATION_*, DATA_*, CONSORTIUM_PLAN_INVALID, MODEL_*; the signal's reason
 */
export async function simulate(experiment: Experiment, options: SimulateOptions): Promise<StudyResults> {
  const study = new Study(experiment, options);
  try {
    return await study.run();
  } catch (error) {
    // Work that the signal cut short ends with errors of its own.
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    await study.close();
  }
}
