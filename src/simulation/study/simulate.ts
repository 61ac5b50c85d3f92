import {availableParallelism} from "node:os";
import type {Experiment} from "../../config/index.ts";
import {sweepPoints} from "../../config/index.ts";
import type {Plan} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import type {BackendPreference} from "../../model/index.ts";
import {checkSites} from "../cohort/check-sites.ts";
import type {Cohort} from "../cohort/cohort.ts";
import {openCohort} from "../cohort/open-cohort.ts";
import {openTrainerPool, type TrainerPool} from "../engine/trainer-pool.ts";
import {pointKey} from "../outputs/point-columns.ts";
import {combine} from "./combine.ts";
import type {MethodRound} from "./method.ts";
import {checkMetrics, checkModel, planOf} from "./open-trial.ts";
import type {Environment, StudyResults} from "./results.ts";
import {runTrial} from "./run-trial.ts";
import type {TrialResult} from "./trial-result.ts";

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
  /** Threads that train; the default is one a processor. What comes out does not depend on it. */
  readonly threads?: number;
  /** What computes; the default is the fastest that is installed. */
  readonly backend?: BackendPreference;
  /** Ends the simulation with its reason; what {@link onTrial} was given stays good. */
  readonly signal?: AbortSignal;
  /** Trials of an earlier, interrupted simulation of the same experiment: they are not run again. */
  readonly earlier?: readonly TrialResult[];
  /** What the figures are made with, for the report. */
  readonly runtime?: Pick<Environment, "consilium" | "node" | "platform">;
  onRound?(progress: StudyProgress): void;
  /** Is given each trial as it ends, with all results so far. */
  onTrial?(trial: TrialResult, soFar: StudyResults): Promise<void> | void;
}

/** A point of the sweep with one seed. */
interface Cell {
  readonly experiment: Experiment;
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

function cellsOf(experiment: Experiment): Cell[] {
  return sweepPoints(experiment).flatMap(({point, experiment: own}) =>
    Array.from({length: own.repeats}, (_, repeat) => ({point, experiment: own, seed: own.seed + repeat})),
  );
}

/** How many methods a trial goes through one after another. */
function methodsOf({baselines, attacks}: Experiment): number {
  return 1 + baselines.length + (attacks.length > 0 ? 1 : 0);
}

function isOf({point, seed}: Cell, trial: TrialResult): boolean {
  return trial.seed === seed && pointKey(trial.point) === pointKey(point);
}

/** Whether a trial that was kept is one of the experiment's. */
export function isTrialOf(experiment: Experiment, trial: TrialResult): boolean {
  return cellsOf(experiment).some((cell) => isOf(cell, trial));
}

const UNKNOWN_RUNTIME = {consilium: "unknown", node: "unknown", platform: "unknown"} as const;

/** The places of a simulation that do not change from trial to trial. */
class Study {
  readonly #experiment: Experiment;
  readonly #options: SimulateOptions;
  readonly #signal: AbortSignal;
  #first: {readonly cohort: Cohort; readonly environment: Environment} | null = null;
  readonly #trials: TrialResult[] = [];
  #pool: {readonly key: string; readonly pool: TrainerPool} | null = null;

  constructor(experiment: Experiment, options: SimulateOptions) {
    this.#experiment = experiment;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  async run(): Promise<StudyResults> {
    const {earlier = [], onTrial} = this.#options;
    const cells = cellsOf(this.#experiment);
    for (const cell of cells) {
      const known = earlier.find((trial) => isOf(cell, trial));
      const cohort = await this.#open(cell);
      const trial = known ?? (await this.#runCell(cell, cohort, cells.length));
      this.#trials.push(trial);
      if (known === undefined && onTrial !== undefined) await onTrial(trial, this.#combine(false));
    }
    return this.#combine(true);
  }

  async #open({experiment, seed}: Cell): Promise<Cohort> {
    this.#signal.throwIfAborted();
    const {folder, variables = {}} = this.#options;
    const cohort = await openCohort(experiment.data, {seed, folder, variables});
    checkModel(experiment, cohort);
    checkMetrics(experiment, cohort);
    checkSites(experiment, cohort);
    this.#first ??= {cohort, environment: this.#environment()};
    return cohort;
  }

  async #runCell({experiment, point, seed}: Cell, cohort: Cohort, trials: number): Promise<TrialResult> {
    const {onRound} = this.#options;
    const plan = planOf(experiment, cohort, seed);
    const pool = await this.#poolOf(plan, cohort);
    const trial = {experiment, point, seed, plan, cohort, pool, signal: this.#signal};
    const trialsDone = this.#trials.length;
    const methods: string[] = [];
    return await runTrial(trial, (method, round) => {
      if (methods.at(-1) !== method) methods.push(method);
      const ended = methods.length - 1 + Math.min(1, (round.round + 1) / plan.rounds);
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
    this.#pool = {key, pool};
    return pool;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool?.pool.close();
    this.#pool = null;
  }

  #threads(): number {
    return this.#options.threads ?? availableParallelism();
  }

  #environment(): Environment {
    const {backend = "auto", runtime = UNKNOWN_RUNTIME} = this.#options;
    return {...runtime, backend, engine: this.#experiment.engine, threads: this.#threads()};
  }

  #combine(isComplete: boolean): StudyResults {
    if (this.#first === null) throw new CodedError("SIMULATION_NOBODY_TRAINS", "no trial was opened");
    return combine({experiment: this.#experiment, ...this.#first}, this.#trials, isComplete);
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
