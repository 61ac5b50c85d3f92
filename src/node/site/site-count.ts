import {type Plan, weightCap} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import {patientLabels} from "../results/patient-scores.ts";

/**
 * n_i, the count of a site: its train patients or, by plan, those of them with an event (label 1), at most
 * the plan's cap. It is 0 for a site without train patients, an evaluator.
 * @param site for the message
 * @throws {CodedError} NODE_TOO_FEW_PATIENTS if events count and no train patient has one
 */
export function siteCount(train: PatientMatrix, weights: Plan["weights"], site: string): number {
  const cap = weightCap({weights});
  if (weights.unit === "patients" || train.patients === 0) return Math.min(train.patients, cap);
  const events = patientLabels(train).reduce((sum, label) => sum + label, 0);
  if (events > 0) return Math.min(events, cap);
  const message = `${site} has no train patient with an event, and the plan counts events`;
  throw new CodedError<NodeErrorCode>("NODE_TOO_FEW_PATIENTS", message, {
    hint: "Take part as an evaluator, or agree on a plan with weights.unit: patients.",
  });
}
