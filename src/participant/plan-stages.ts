import {type Plan, weightCap} from "../consortium/index.ts";
import {sha256} from "../core/index.ts";
import type {Bounds} from "../data/index.ts";
import {initialParameters, layoutOf} from "../model/index.ts";
import {codecOf, type Layout} from "../parameters/index.ts";
import type {AsyncSpec, RoundMixing} from "../rounds/index.ts";
import {createStages, type Stages} from "./stages.ts";

/**
 * Greatest lead of a fast site's counted progress over the slowest one's, in units: enough to keep it busy.
 */
const MAXIMUM_LEAD_UNITS = 2;

/** The asynchronous segments of `plan` at a site of weight `weight`; null in a plan of rounds. */
function asynchronousOf({mixing}: Plan, weight: number): AsyncSpec | null {
  if (mixing.mode === "rounds") return null;
  const {exchange, partners, units, abandonSeconds, codec, robust} = mixing;
  return {
    exchange,
    units,
    weight,
    schedule: partners === "random" ? null : partners,
    codec: codecOf(codec),
    abandonMs: 1000 * abandonSeconds,
    maximumLead: MAXIMUM_LEAD_UNITS,
    clipFaulty: robust === "none" ? null : robust.faulty,
  };
}

type Clipping = Extract<Plan["mixing"], {mode: "async"}>["robust"];

/**
 * The mixing of masses at the end of a segment: if single masses of others are not trusted, their sum is not
 * either.
 */
function closingOf(robust: Clipping): RoundMixing {
  if (robust === "none") return {kind: "all"};
  const {faulty} = robust;
  return {
    kind: "robust",
    rule: {rule: "centred-clipping", faulty, adaptiveClipping: false, nearestNeighbours: false},
  };
}

function mixingOf({mixing}: Plan): RoundMixing {
  if (mixing.mode === "async") return closingOf(mixing.robust);
  const {schedule, robust} = mixing;
  if (robust !== "none") return {kind: "robust", rule: robust};
  if (schedule === "all") return {kind: "all"};
  return {kind: "schedule", schedule: schedule === "grid" ? {name: "grid"} : schedule};
}

/** Layout and initial values of the model to be trained. */
export interface StartingModel {
  readonly layout: Layout;
  /** `[layoutSize]`, not to be changed. */
  readonly initial: Float32Array;
}

/** The model that `plan` names, on data of `features` features. @throws MODEL_SPEC_INVALID */
function plannedModel({model, seed}: Plan, features: number): StartingModel {
  return {layout: layoutOf(model, features), initial: initialParameters(model, features, seed)};
}

/**
 * The rounds of `plan` on data of `features`, as every member has them.
 * @param patients the count of this site; it decides only the beginning of an asynchronous segment
 * @param model the model to be trained, by default the plan's; a simulation may distinguish more than two
 * classes
 * @throws MODEL_SPEC_INVALID, NODE_LOCAL_TENSORS_INVALID
 */
export function planStages(
  plan: Plan,
  features: readonly Bounds[],
  patients = 1,
  {layout, initial} = plannedModel(plan, features.length),
): Stages {
  const {rounds, task, mixing, weights, training, privacy} = plan;
  return createStages({
    isFederated: task.standardisation === "federated",
    features,
    trainingRounds: rounds,
    model: layout,
    initial,
    codec: mixing.codec,
    asynchronous: asynchronousOf(plan, patients / weights.reference),
    mixing: mixingOf(plan),
    local: training.local,
    hasControls: training.driftCorrection === "scaffold",
    isNormalised: training.normalisation === "fednova",
    outer: mixing.mode === "async" || mixing.outer === "none" ? null : mixing.outer,
    reference: weights.reference,
    cap: weightCap(plan),
    clipNorm: privacy.clip,
    contract: task.contract,
    hash: sha256,
  });
}
