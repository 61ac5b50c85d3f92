import type {Plan} from "../consortium/index.ts";
import {sha256} from "../core/index.ts";
import type {RoundMixing} from "../gossip/index.ts";
import {initialParameters, layoutOf} from "../model/index.ts";
import {createStages, type Stages} from "./stages.ts";

function mixingOf({schedule, robust}: Plan["mixing"]): RoundMixing {
  if (robust !== "none") return {kind: "robust", rule: robust};
  if (schedule === "all") return {kind: "all"};
  return {kind: "schedule", schedule: schedule === "grid" ? {name: "grid"} : schedule};
}

/**
 * The rounds of `plan` on data of `features` features, as every member has them.
 * @throws MODEL_SPEC_INVALID
 */
export function planStages({model, seed, rounds, task, mixing, weights}: Plan, features: number): Stages {
  return createStages({
    isFederated: task.standardisation === "federated",
    features,
    trainingRounds: rounds,
    model: layoutOf(model, features),
    initial: initialParameters(model, features, seed),
    codec: mixing.codec,
    mixing: mixingOf(mixing),
    reference: weights.reference,
    contract: task.contract,
    hash: sha256,
  });
}
