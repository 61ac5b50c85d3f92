import type {Plan} from "../../consortium/index.ts";
import {createRandom, sha256} from "../../core/index.ts";
import {
  fromUnitRange,
  meanOf,
  type PatientMatrix,
  type Standardiser,
  squaredDeviationOf,
  standardise,
  toUnitRange,
} from "../../data/index.ts";
import {type LocalProgress, rebase} from "../../gossip/index.ts";
import {codecOf, drawDither, keptBack} from "../../parameters/index.ts";
import {
  clipFactor,
  type Release,
  type ReleasedUpdate,
  releaseUpdate,
  type UpdateToRelease,
} from "../../privacy/index.ts";
import type {Certified, RoundSpec} from "../../rounds/index.ts";
import {effortOf, examplesOf, type LocalStepsRequest, stepsOf, type Trainer} from "../../training/index.ts";
import {correctedUpdate, driftCorrection, nextControl} from "./drift-correction.ts";
import {federatedStandardiser, siteStandardiser} from "./scaling.ts";
import type {Site} from "./site.ts";
import type {SiteState, SiteStates} from "./site-state.ts";
import type {Stages} from "./stages.ts";

/** The parts that a round's local work needs. */
export interface RoundWorkOptions {
  readonly plan: Plan;
  readonly site: Site;
  readonly stages: Stages;
  /** The states that the site keeps of its training and never releases. */
  readonly states: SiteStates;
  /** Opens the trainer on the scaled train rows; called once, before the first round of training. */
  openTrainer(train: PatientMatrix): Promise<Trainer>;
}

/** A round's local work and its results. */
export interface RoundOutcome {
  readonly release: Release;
  /** The released update before clipping and weighting: values minus the round's snapshot. */
  readonly update: Float32Array;
  /** Mean loss over the local steps; null in a round of statistics. */
  readonly loss: number | null;
  readonly isClipped: boolean;
}

/** The local half of every round: snapshot -> data -> local steps -> release. */
export interface RoundWork {
  /**
   * Works on the round after `certified`; `progress` is this site's earlier work that no certificate
   * contains.
   */
  run(
    certified: Certified | null,
    progress: LocalProgress | null,
    signal: AbortSignal,
  ): Promise<RoundOutcome>;
  /**
   * Works on a unit of the asynchronous segment that follows `certified`: local steps from `start`,
   * `[mixed]`.
   */
  runUnit(
    certified: Certified | null,
    {unit, start}: {readonly unit: number; readonly start: Float32Array},
    signal: AbortSignal,
  ): Promise<RoundOutcome>;
  /** Probability of label 1 for each patient of `rows`, `[patients]`, under the parameters of `certified`. */
  score(certified: Certified, rows: PatientMatrix): Promise<Float32Array>;
  /**
   * Settles the release `hash`: only releases that a certificate contains count as sent. The remainder of a
   * sparse codec is kept in memory alone; a restart loses it, which costs progress and nothing else. The
   * site's own states are on disk.
   */
  settle(hash: string, isUsed: boolean): Promise<void>;
  trainer(): Trainer | null;
  close(): Promise<void>;
}

/** The current round of training. */
interface TrainingRound {
  readonly round: number;
  readonly step: number;
  readonly spec: RoundSpec;
}

/** The trainer on the site's rows. */
interface OpenedTrainer {
  readonly trainer: Trainer;
  readonly standardiser: Standardiser;
  /** Steps of a round, or of a unit. */
  readonly steps: number;
}

/** The beginning of a round's local steps. */
interface TrainingStart {
  readonly reference: Float32Array;
  /** `[shared.size]`. */
  readonly start: Float32Array;
  readonly proximal: number;
}

/**
 * The request to the trainer beside the number of steps: whole models, with the site's own tensors in place.
 */
function localRequest(
  {shared, controlOf, initial}: Stages,
  {own, control}: SiteState,
  {reference, start, proximal}: TrainingStart,
): Pick<LocalStepsRequest, "start" | "anchor" | "correction"> {
  const common = controlOf(reference);
  return {
    start: shared.isWhole ? start : shared.scatter(start, own),
    ...(proximal === 0 ? {} : {anchor: shared.scatter(reference.subarray(0, shared.size), own)}),
    ...(common === null ? {} : {correction: driftCorrection(common, control, shared, initial.length)}),
  };
}

/** The {@link RoundWork} of one site in one run. */
export function createRoundWork(options: RoundWorkOptions): RoundWork {
  return new SiteWork(options);
}

class SiteWork implements RoundWork {
  readonly #options: RoundWorkOptions;
  readonly #weight: number;
  #opening: Promise<OpenedTrainer> | null = null;
  #trainer: Trainer | null = null;
  /** The remainder that a sparse codec has kept back so far. */
  #keptBack: Float32Array | null = null;
  /** The next remainder, once the release `hash` is known to be used. */
  #pending: {readonly hash: string; readonly keptBack: Float32Array} | null = null;

  constructor(options: RoundWorkOptions) {
    this.#options = options;
    this.#weight = options.site.patients / options.plan.weights.reference;
  }

  trainer(): Trainer | null {
    return this.#trainer;
  }

  async settle(hash: string, isUsed: boolean): Promise<void> {
    if (isUsed && this.#pending?.hash === hash) this.#keptBack = this.#pending.keptBack;
    this.#pending = null;
    await this.#options.states.settle(hash, isUsed);
  }

  async run(
    certified: Certified | null,
    progress: LocalProgress | null,
    signal: AbortSignal,
  ): Promise<RoundOutcome> {
    const {stages, site} = this.#options;
    const round = certified === null ? 0 : certified.certificate.body.round + 1;
    const stage = stages.stageOf(round);
    const spec = stages.specOf(round, certified);
    if (stage.kind === "training") return this.#train({round, step: stage.step, spec}, progress, signal);
    const update = this.#statistics(stage.kind, spec.reference);
    // Each statistic lies in [0, 1] by its declared range, which is its bound instead of the plan's.
    const clipNorm = Math.sqrt(site.features.length);
    const released = this.#release(round, {update, codec: spec.codec, clipNorm});
    return {...released, update, loss: null};
  }

  async runUnit(
    certified: Certified | null,
    {unit, start}: {readonly unit: number; readonly start: Float32Array},
    signal: AbortSignal,
  ): Promise<RoundOutcome> {
    const {stages, plan} = this.#options;
    const round = certified === null ? 0 : certified.certificate.body.round + 1;
    const stage = stages.stageOf(round);
    const {reference, asynchronous} = stages.specOf(round, certified);
    const {trainer, steps} = await this.#open(reference);
    const units = asynchronous?.units ?? 1;
    const step = stage.kind === "training" ? stage.step * units + unit : unit;
    const {parameters, meanLoss} = await trainer.localSteps({start, firstStep: step * steps, steps, signal});
    const update = parameters.map((value, index) => value - (start[index] ?? 0));
    const codec = codecOf(plan.mixing.codec);
    const released = this.#release(
      round,
      {update, codec, clipNorm: plan.privacy.clip},
      `dither of unit ${unit}`,
    );
    return {...released, update, loss: meanLoss};
  }

  async score(certified: Certified, rows: PatientMatrix): Promise<Float32Array> {
    if (rows.n === 0) return new Float32Array();
    const {values} = certified.snapshot;
    const {trainer, standardiser} = await this.#open(values);
    const {stages, states} = this.#options;
    const parameters = stages.parametersOf(values, states.current().own);
    return trainer.score({parameters, rows: standardise(rows, standardiser)});
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => null);
    await opened?.trainer.close();
  }

  /** snapshot -> local steps -> release. */
  async #train(
    {round, step, spec}: TrainingRound,
    progress: LocalProgress | null,
    signal: AbortSignal,
  ): Promise<RoundOutcome> {
    const {plan, stages, states} = this.#options;
    const {trainer, steps} = await this.#open(spec.reference);
    const snapshot = spec.reference.subarray(0, stages.shared.size);
    const start = rebase(snapshot, progress);
    const {optimizer, proximal} = plan.training;
    const request = localRequest(stages, states.current(), {reference: spec.reference, start, proximal});
    const {parameters, meanLoss} = await trainer.localSteps({
      ...request,
      firstStep: step * steps,
      steps,
      signal,
    });
    const trained = stages.shared.isWhole ? parameters : stages.shared.gather(parameters);
    const update = trained.map((value, index) => value - (snapshot[index] ?? 0));
    const effort = effortOf(optimizer, steps);
    const distance = effort * optimizer.learningRate;
    const common = stages.controlOf(spec.reference);
    const control =
      common === null ? null : nextControl(common, states.current().control, {start, trained, distance});
    const mixed = common === null || control === null ? update : correctedUpdate(update, control, common);
    const released = this.#releaseTrained(round, spec, {mixed, effort});
    if (control !== null || !stages.shared.isWhole) {
      const state = {own: parameters, control: control ?? new Float32Array()};
      await states.propose(round, released.release.hash, state);
    }
    return {...released, update, loss: meanLoss};
  }

  #releaseTrained(
    round: number,
    {codec, exact = 1}: RoundSpec,
    {mixed, effort}: {readonly mixed: Float32Array; readonly effort: number},
  ): ReleasedUpdate {
    const clipNorm = this.#options.plan.privacy.clip;
    const intended = mixed.map((value, index) => value + (this.#keptBack?.[index] ?? 0));
    const pace = exact === 1 ? {} : {effort};
    const released = this.#release(round, {update: intended, codec, clipNorm, ...pace});
    const {release, norm} = released;
    if (codec.isSparse) {
      const sent = {factor: clipFactor(norm, clipNorm), contribution: release.bytes};
      this.#pending = {hash: release.hash, keptBack: keptBack(codec, intended, sent)};
    }
    return released;
  }

  #release(
    round: number,
    what: Pick<UpdateToRelease, "update" | "codec" | "clipNorm" | "effort">,
    purpose = "dither",
  ): ReleasedUpdate {
    const {plan, site} = this.#options;
    const random = createRandom({seed: plan.seed, site: site.member.name, round, purpose});
    return releaseUpdate({...what, weight: this.#weight, dither: drawDither(random), hash: sha256});
  }

  #statistics(kind: "mean" | "deviation", reference: Float32Array): Float32Array {
    const {features, split} = this.#options.site;
    if (kind === "mean") return toUnitRange(meanOf(split.train), "mean", features);
    const mean = fromUnitRange(reference.subarray(features.length, 2 * features.length), "mean", features);
    return toUnitRange(squaredDeviationOf(split.train, mean), "squaredDeviation", features);
  }

  /** The trainer on the scaled rows; the scaling is settled before the first round of training. */
  #open(values: Float32Array): Promise<OpenedTrainer> {
    this.#opening ??= this.#openScaled(this.#standardiser(values));
    return this.#opening;
  }

  async #openScaled(standardiser: Standardiser): Promise<OpenedTrainer> {
    const {site, plan, openTrainer} = this.#options;
    const trainer = await openTrainer(standardise(site.split.train, standardiser));
    this.#trainer = trainer;
    const steps = stepsOf(plan.training, examplesOf(plan.model, site.split.train));
    return {trainer, standardiser, steps};
  }

  #standardiser(values: Float32Array): Standardiser {
    const {stages, site, plan} = this.#options;
    const carried = stages.statisticsOf(values);
    if (carried !== null) return federatedStandardiser(carried, site.features);
    return siteStandardiser(plan.task.standardisation, site);
  }
}
