import type {Experiment} from "../config/index.ts";
import type {Plan} from "../consortium/index.ts";
import {CodedError} from "../core/index.ts";
import {type BackendPreference, tfjsVersion} from "../model/index.ts";
import {type Cohort, defaultThreads, openTrainerPool, type TrainerPool} from "../simulation/index.ts";
import {openCohort} from "./cohort/open-cohort.ts";
import {combine} from "./combine.ts";
import {ComparisonBook} from "./measures/comparisons.ts";
import type {MethodRound} from "./method.ts";
import {checkFit, planOf} from "./open-trial.ts";
import type {Environment, Runtime, StudyResults} from "./results.ts";
import {type KnownBaselines, runTrial} from "./run-trial.ts";
import {cellsOf, isOf, methodCount, type TrialCell} from "./study-cells.ts";
import type {TrialResult} from "./trial-result.ts";
import {mostTrialBytes} from "./trial-size.ts";

/** A round of a method as it ends, and the progress of the whole experiment. */
export interface StudyProgress {
  /** Number of trials that have ended, and of all trials. */
  readonly trialsDone: number;
  readonly trials: number;
  /** Share of the whole experiment that is done, in [0, 1]. */
  readonly share: number;
  readonly seed: number;
  readonly method: string;
  /** Number of rounds of the plan, and of the one that has ended. */
  readonly rounds: number;
  readonly round: MethodRound;
}

/** Options of {@link simulate} beside the experiment. */
export interface SimulateOptions {
  /** Folder that relative paths in the experiment start from. */
  readonly folder: string;
  /** Values for `${NAME}` in task files. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /**
   * Number of training threads; the default is one a processor, at most 8. The results do not depend on it.
   */
  readonly threads?: number;
  /** The compute backend; the default is the fastest that is installed. */
  readonly backend?: BackendPreference;
  /** Ends the simulation with its reason. The trials given to {@link onTrial} stay valid. */
  readonly signal?: AbortSignal;
  /**
   * Returns the trials of an earlier, interrupted simulation of the same experiment, which are not run again.
   * @param mostBytes an upper limit of the size of any of them as JSON
   */
  earlier?(mostBytes: number): Promise<readonly TrialResult[]>;
  /** The machine and versions behind the figures, for the report. */
  readonly runtime?: Runtime;
  /**
   * Receives, once for each site, information about its data and about patients that are left out, for the
   * user.
   */
  tell?(site: string, text: string): void;
  onRound?(progress: StudyProgress): void;
  /** Called with each trial as it ends, and all results so far. */
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

/** The state of a simulation that is kept from trial to trial. */
class Study {
  readonly #experiment: Experiment;
  readonly #options: SimulateOptions;
  readonly #signal: AbortSignal;
  #first: {readonly cohort: Cohort; readonly book: ComparisonBook} | null = null;
  /** Backends that computed the trials. */
  readonly #ranOn = new Set<string>();
  /** Messages about the sites' data that were already passed on. */
  readonly #told = new Set<string>();
  /** The newest cohort, by its data block and seed. Points that change neither share it. */
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
   * Checks every point against its patients of the first seed, which refuses misfits before hours of work.
   * @returns the most bytes of any trial
   */
  async #prepare(cells: readonly TrialCell[]): Promise<number> {
    let most = 0;
    const isFirst = ({experiment, seed}: TrialCell): boolean => seed === experiment.seed;
    for (const cell of cells.filter(isFirst)) {
      const cohort = await this.#read(cell);
      checkFit(cell.experiment, cohort);
      most = Math.max(most, mostTrialBytes(cell.experiment, cell.point, cohort));
    }
    return most;
  }

  async #read({experiment: {data}, seed}: TrialCell): Promise<Cohort> {
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

  async #open(cell: TrialCell): Promise<Cohort> {
    const cohort = await this.#read(cell);
    checkFit(cell.experiment, cohort);
    const book = this.#first?.book ?? new ComparisonBook(this.#experiment, cohort.kind);
    this.#first ??= {cohort, book};
    return cohort;
  }

  async #runCell({experiment, point, seed}: TrialCell, cohort: Cohort, trials: number): Promise<TrialResult> {
    const {onRound} = this.#options;
    const plan = planOf(experiment, cohort, seed);
    const pool = await this.#poolOf(plan, cohort);
    const trial = {experiment, point, seed, plan, cohort, pool, signal: this.#signal};
    const trialsDone = this.#trials.length;
    const methods: string[] = [];
    return await runTrial(trial, this.#baselines, (method, round) => {
      if (methods.at(-1) !== method) methods.push(method);
      const ended = methods.length - 1 + Math.min(1, round.round / plan.rounds);
      const share = (trialsDone + ended / methodCount(experiment)) / trials;
      onRound?.({trialsDone, trials, share, seed, method, rounds: plan.rounds, round});
    });
  }

  /** Returns the threads of the previous trial if they train the same model, otherwise new ones. */
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
 * Runs an experiment. For each point of its sweep and each seed it runs the network, on virtual time, and the
 * baselines. The same experiment gives the same results, bit by bit, whatever the number of threads. Training
 * that diverges, with or without an attack, is a result and not an error: its rows say so, and everything
 * else continues.
 * @throws {CodedError} SIMULATION_*, DATA_*, CONSORTIUM_PLAN_INVALID, MODEL_*; the signal's reason
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {loadExperiment} from "consilium/config";
 * import {simulate} from "consilium/study";
 *
 * const {experiment} = await loadExperiment("partition");
 * const short = {...experiment, baselines: ["pooled" as const], plan: {...experiment.plan, rounds: 2}};
 * const {results} = await simulate(short, {folder: ".", threads: 1});
 * const methods = results.filter(({test}) => test === "Pooled Test").map(({method}) => method);
 * assert.deepEqual(methods, ["Gossip", "Pooled Training"]);
 * ```
 */
export async function simulate(experiment: Experiment, options: SimulateOptions): Promise<StudyResults> {
  const study = new Study(experiment, options);
  try {
    return await study.run();
  } catch (error) {
    // Work that the signal cut short ends with its own errors.
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    await study.close();
  }
}
