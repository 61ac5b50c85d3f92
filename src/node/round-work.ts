import type {Plan} from "../consortium/index.ts";
import {sha256} from "../core/index.ts";
import {
  fromUnitRange,
  type Matrix,
  meanOf,
  type PatientMatrix,
  type Standardiser,
  squaredDeviationOf,
  standardise,
  toUnitRange,
} from "../data/index.ts";
import {type Certified, type LocalProgress, rebase} from "../gossip/index.ts";
import {codecOf} from "../parameters/index.ts";
import {type Release, releaseUpdate} from "../privacy/index.ts";
import type {Trainer} from "../training/index.ts";
import {federatedStandardiser, noStandardiser, ownStandardiser} from "./scaling.ts";
import type {Site} from "./site.ts";
import type {Stages} from "./stages.ts";

/** What a round's local work needs. */
export interface RoundWorkOptions {
  readonly plan: Plan;
  readonly site: Site;
  readonly stages: Stages;
  /** Opens the trainer on the scaled train rows; called once, before the first round of training. */
  openTrainer(train: Matrix): Promise<Trainer>;
}

/** A round's local work and what it gave. */
export interface RoundOutcome {
  readonly release: Release;
  /** What was released, before clipping and weighting: values less the round's snapshot. */
  readonly update: Float32Array;
  /** Mean loss over the local steps; null in a round of statistics. */
  readonly loss: number | null;
  readonly isClipped: boolean;
}

/** The local half of every round: snapshot -> data -> local steps -> release. */
export interface RoundWork {
  /** Works on the round after `certified`; `progress` is what this site had done that no certificate contains. */
  run(
    certified: Certified | null,
    progress: LocalProgress | null,
    signal: AbortSignal,
  ): Promise<RoundOutcome>;
  /** Probability of label 1 for each row of `rows`, under the parameters of `certified`. */
  score(certified: Certified, rows: PatientMatrix): Promise<Float32Array>;
  trainer(): Trainer | null;
  close(): Promise<void>;
}

/** The {@link RoundWork} of one site in one run. */
export function createRoundWork({plan, site, stages, openTrainer}: RoundWorkOptions): RoundWork {
  const {split, features} = site;
  const weight = site.patients / plan.weights.reference;
  let trainer: Trainer | null = null;
  let standardiser: Standardiser | null = null;

  function standardiserFor(values: Float32Array): Standardiser {
    const carried = stages.statisticsOf(values);
    if (carried !== null) return federatedStandardiser(carried, features);
    return plan.task.standardisation === "site"
      ? ownStandardiser(split.train, features)
      : noStandardiser(features);
  }

  async function trainerFor(values: Float32Array): Promise<{trainer: Trainer; standardiser: Standardiser}> {
    standardiser ??= standardiserFor(values);
    trainer ??= await openTrainer(standardise(split.train, standardiser));
    return {trainer, standardiser};
  }

  function statisticsUpdate(round: number, reference: Float32Array): Float32Array {
    if (stages.stageOf(round).kind === "mean") return toUnitRange(meanOf(split.train), "mean", features);
    const mean = fromUnitRange(reference.subarray(features.length, 2 * features.length), "mean", features);
    return toUnitRange(squaredDeviationOf(split.train, mean), "squaredDeviation", features);
  }

  async function run(
    certified: Certified | null,
    progress: LocalProgress | null,
    signal: AbortSignal,
  ): Promise<RoundOutcome> {
    const round = certified === null ? 0 : certified.certificate.body.round + 1;
    const stage = stages.stageOf(round);
    const {reference, mixed, codec} = stages.specOf(round, certified);
    if (stage.kind !== "training") {
      const update = statisticsUpdate(round, reference);
      // Each statistic lies in [0, 1] by its declared range: that is its bound, not the plan's.
      const clipNorm = Math.sqrt(features.length);
      const released = releaseUpdate({update, weight, codec, clipNorm, hash: sha256});
      return {release: released.release, update, loss: null, isClipped: false};
    }
    const opened = await trainerFor(reference);
    const snapshot = reference.subarray(0, mixed);
    const {localSteps} = plan.training;
    const {parameters, meanLoss} = await opened.trainer.localSteps({
      start: rebase(snapshot, progress),
      firstStep: stage.step * localSteps,
      steps: localSteps,
      signal,
    });
    const update = parameters.map((value, index) => value - (snapshot[index] ?? 0));
    const released = releaseUpdate({
      update,
      weight,
      codec: codecOf(plan.mixing.codec),
      clipNorm: plan.privacy.clip,
      hash: sha256,
    });
    return {release: released.release, update, loss: meanLoss, isClipped: released.isClipped};
  }

  async function score(certified: Certified, rows: PatientMatrix): Promise<Float32Array> {
    if (rows.n === 0) return new Float32Array();
    const {values} = certified.snapshot;
    const opened = await trainerFor(values);
    const scaled = standardise(rows, opened.standardiser);
    return opened.trainer.predict({
      parameters: stages.parametersOf(values),
      n: scaled.n,
      d: scaled.d,
      values: scaled.values,
    });
  }

  return {run, score, trainer: () => trainer, close: async () => trainer?.close()};
}
