import {CodedError} from "../core/index.ts";
import type {Standardiser} from "../data/index.ts";
import {federatedStandardiser} from "../participant/index.ts";
import type {LineageErrorCode} from "./errors.ts";
import type {VerifiedModel} from "./verify-model.ts";

/** A verified model's parts, as a compute backend takes them. */
export interface AppliedModel {
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  /** The common scaling that it carries; null if each site has its own, or none. */
  readonly standardiser: Standardiser | null;
}

/**
 * Takes the parameters and the scaling out of a verified model.
 * @throws LINEAGE_MODEL_PARTIAL if the plan keeps some of its tensors at the sites
 */
export function appliedModel({
  facts,
  result: {values},
}: Pick<VerifiedModel, "facts" | "result">): AppliedModel {
  const {stages, plan, contract} = facts;
  if (!stages.shared.isWhole) {
    const names = plan.plan.training.local.join(", ");
    throw new CodedError<LineageErrorCode>(
      "LINEAGE_MODEL_PARTIAL",
      `the model is not whole: each member keeps its own ${names}`,
      {hint: "Only members can apply it, by `consilium predict --config`."},
    );
  }
  const statistics = stages.statisticsOf(values);
  return {
    parameters: stages.parametersOf(values).slice(),
    standardiser: statistics === null ? null : federatedStandardiser(statistics, contract.features),
  };
}
