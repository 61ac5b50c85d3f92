import {type PatientMatrix, type Standardiser, standardise} from "../../data/index.ts";
import {
  type FinishedUnit,
  type FinishedWork,
  type LocalFacts,
  type LocalTask,
  type SegmentUnit,
  scalingUnder,
  statisticsWork,
  trainingWork,
  unitWork,
} from "../../participant/index.ts";
import type {Certified} from "../../rounds/index.ts";
import {examplesOf, stepsOf, type Trainer} from "../../training/index.ts";

/** The parts that a round's local work needs. */
export interface RoundWorkOptions extends LocalFacts {
  /** Opens the trainer on the scaled train rows; called once, before the first round of training. */
  openTrainer(train: PatientMatrix): Promise<Trainer>;
}

/** Does a site's local work on its data: the tasks of its own half of the rounds. */
export interface RoundWork {
  /** @throws TRAINING_DIVERGED, TRAINING_CANCELLED, PRIVACY_* */
  run(task: LocalTask, signal: AbortSignal): Promise<FinishedWork>;
  /**
   * Works on a unit of the asynchronous segment that follows `certified`.
   * @throws TRAINING_DIVERGED, TRAINING_CANCELLED, PRIVACY_*
   */
  runUnit(certified: Certified | null, unit: SegmentUnit, signal: AbortSignal): Promise<FinishedUnit>;
  /**
   * Probability of label 1 for each patient of `rows`, `[patients]`, under the parameters of `certified`.
   * @param own `[layoutSize]`, of which the site's own tensors count
   */
  score(certified: Certified, rows: PatientMatrix, own: Float32Array): Promise<Float32Array>;
  trainer(): Trainer | null;
  close(): Promise<void>;
}

/** The trainer on the site's rows. */
interface OpenedTrainer {
  readonly trainer: Trainer;
  readonly standardiser: Standardiser;
}

/** The {@link RoundWork} of one site in one run. */
export function createRoundWork(options: RoundWorkOptions): RoundWork {
  return new SiteWork(options);
}

class SiteWork implements RoundWork {
  readonly #options: RoundWorkOptions;
  /** Steps of a round, or of a unit. */
  readonly #steps: number;
  #opening: Promise<OpenedTrainer> | null = null;
  #trainer: Trainer | null = null;

  constructor(options: RoundWorkOptions) {
    const {plan, site} = options;
    this.#options = options;
    this.#steps = stepsOf(plan.training, examplesOf(plan.model, site.split.train));
  }

  trainer(): Trainer | null {
    return this.#trainer;
  }

  async run(task: LocalTask, signal: AbortSignal): Promise<FinishedWork> {
    const stage = this.#options.stages.stageOf(task.round);
    if (stage.kind !== "training") return statisticsWork(this.#options, stage.kind, task);
    const work = trainingWork(this.#options, task, {step: stage.step, steps: this.#steps});
    const {trainer} = await this.#open(work.reference);
    return work.finish(await trainer.localSteps({...work.request, signal}));
  }

  async runUnit(certified: Certified | null, unit: SegmentUnit, signal: AbortSignal): Promise<FinishedUnit> {
    const work = unitWork(this.#options, certified, {...unit, steps: this.#steps});
    const {trainer} = await this.#open(work.reference);
    return work.finish(await trainer.localSteps({...work.request, signal}));
  }

  async score(certified: Certified, rows: PatientMatrix, own: Float32Array): Promise<Float32Array> {
    if (rows.n === 0) return new Float32Array();
    const {values} = certified.snapshot;
    const {trainer, standardiser} = await this.#open(values);
    const parameters = this.#options.stages.parametersOf(values, own);
    return trainer.score({parameters, rows: standardise(rows, standardiser)});
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => null);
    await opened?.trainer.close();
  }

  /** The trainer on the scaled rows; the scaling is settled before the first round of training. */
  #open(values: Float32Array): Promise<OpenedTrainer> {
    this.#opening ??= this.#openScaled(scalingUnder(this.#options, values));
    return this.#opening;
  }

  async #openScaled(standardiser: Standardiser): Promise<OpenedTrainer> {
    const {site, openTrainer} = this.#options;
    const trainer = await openTrainer(standardise(site.split.train, standardiser));
    this.#trainer = trainer;
    return {trainer, standardiser};
  }
}
