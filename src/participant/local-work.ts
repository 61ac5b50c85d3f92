import {fromUnitRange, meanOf, squaredDeviationOf, toUnitRange} from "../data/index.ts";
import {codecOf} from "../parameters/index.ts";
import type {Release} from "../privacy/index.ts";
import type {Certified, RoundSpec} from "../rounds/index.ts";
import {effortOf, type LocalStepsRequest, type LocalStepsResult} from "../training/index.ts";
import {correctedUpdate, driftCorrection, nextControl} from "./drift-correction.ts";
import type {LocalFacts} from "./local-facts.ts";
import type {LocalTask, OwnWork} from "./own-round.ts";
import {rebase} from "./rebase.ts";
import {releaseTrained, releaseWork} from "./release-work.ts";
import type {SiteState} from "./site-state.ts";
import {nextRound, type Stage, type Stages} from "./stages.ts";

/** The figures of finished local steps that the site shows its own people. */
interface WorkFigures {
  /** Mean loss over the local steps; null in a round of statistics. */
  readonly loss: number | null;
  readonly isClipped: boolean;
}

/** A round's finished local work. */
export type FinishedWork = OwnWork & WorkFigures;

/** A finished unit of an asynchronous segment. */
export interface FinishedUnit extends WorkFigures {
  readonly release: Release;
  /** `[mixed]`, before clipping and weighting. */
  readonly update: Float32Array;
}

/** Local steps to take, and the encoding of their result. */
export interface LocalTraining<Finished> {
  /** The values of the snapshot from which the round begins. */
  readonly reference: Float32Array;
  readonly request: Omit<LocalStepsRequest, "signal">;
  /** @throws PRIVACY_* */
  finish(result: Pick<LocalStepsResult, "parameters" | "meanLoss">): Finished;
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

/** The site's training in a round: snapshot -> local steps -> release. @param step rounds of training before */
export function trainingWork(
  facts: LocalFacts,
  {certified, round, progress, keptBack, state}: LocalTask,
  {step, steps}: {readonly step: number; readonly steps: number},
): LocalTraining<FinishedWork> {
  const {plan, stages} = facts;
  const spec = stages.specOf(round, certified);
  const {reference} = spec;
  const base = reference.subarray(0, stages.shared.size);
  const start = rebase(base, progress);
  const {optimizer, proximal} = plan.training;
  const effort = effortOf(optimizer, steps);
  return {
    reference,
    request: {
      ...localRequest(stages, state, {reference, start, proximal}),
      firstStep: step * steps,
      steps,
    },
    finish({parameters, meanLoss}) {
      const trained = stages.shared.isWhole ? parameters : stages.shared.gather(parameters);
      const update = trained.map((value, index) => value - (base[index] as number));
      const distance = effort * optimizer.learningRate;
      const common = stages.controlOf(reference);
      const control = common === null ? null : nextControl(common, state.control, {start, trained, distance});
      const mixed = common === null || control === null ? update : correctedUpdate(update, control, common);
      const released = releaseTrained(facts, {round, spec, mixed, effort, keptBack});
      const isKept = control !== null || !stages.shared.isWhole;
      const next = isKept ? {own: parameters, control: control ?? new Float32Array()} : null;
      const ifUsed = {keptBack: released.keptBack, state: next};
      const {release, isClipped} = released;
      return {round, release, update, base, ifUsed, loss: meanLoss, isClipped};
    },
  };
}

/** A unit of an asynchronous segment. */
export interface SegmentUnit {
  readonly unit: number;
  /** `[mixed]`. */
  readonly start: Float32Array;
}

/** The site's training in a unit of the asynchronous segment that follows `certified`. */
export function unitWork(
  facts: LocalFacts,
  certified: Certified | null,
  {unit, start, steps}: SegmentUnit & {readonly steps: number},
): LocalTraining<FinishedUnit> {
  const {plan, stages} = facts;
  const round = nextRound(certified);
  const {asynchronous, reference}: RoundSpec = stages.specOf(round, certified);
  const stage = stages.stageOf(round);
  const units = asynchronous?.units ?? 1;
  const step = stage.kind === "training" ? stage.step * units + unit : unit;
  return {
    reference,
    request: {start, firstStep: step * steps, steps},
    finish({parameters, meanLoss}) {
      const update = parameters.map((value, index) => value - (start[index] as number));
      const codec = codecOf(plan.mixing.codec);
      const purpose = `dither of unit ${unit}`;
      const {release, isClipped} = releaseWork(facts, {
        round,
        update,
        codec,
        clipNorm: plan.privacy.clip,
        purpose,
      });
      return {release, update, loss: meanLoss, isClipped};
    },
  };
}

function statistics(
  {site: {features, split}}: LocalFacts,
  kind: Exclude<Stage["kind"], "training">,
  reference: Float32Array,
): Float32Array {
  if (kind === "mean") return toUnitRange(meanOf(split.train), "mean", features);
  const mean = fromUnitRange(reference.subarray(features.length, 2 * features.length), "mean", features);
  return toUnitRange(squaredDeviationOf(split.train, mean), "squaredDeviation", features);
}

/** The site's work in a round of statistics. @throws PRIVACY_* */
export function statisticsWork(
  facts: LocalFacts,
  kind: Exclude<Stage["kind"], "training">,
  {certified, round}: LocalTask,
): FinishedWork {
  const {codec, reference} = facts.stages.specOf(round, certified);
  const update = statistics(facts, kind, reference);
  // Each statistic lies in [0, 1] by its declared range, which is its bound instead of the plan's.
  const clipNorm = Math.sqrt(facts.site.features.length);
  const {release, isClipped} = releaseWork(facts, {round, update, codec, clipNorm});
  return {round, release, update, base: null, ifUsed: {keptBack: null, state: null}, loss: null, isClipped};
}
