import {composePlan, type Experiment} from "../config/index.ts";
import {type Plan, parsePlan} from "../consortium/index.ts";
import {CodedError} from "../core/index.ts";
import type {Cohort, SimulationErrorCode} from "../simulation/index.ts";
import {checkSites} from "./cohort/check-sites.ts";
import {METRICS_OF} from "./measures/figures.ts";

const FORMAT_VERSION = 1;
const LONGEST_NAME = 64;

/**
 * Returns the plan that daemons would run in this experiment, with one seed.
 * @throws {CodedError} CONSORTIUM_PLAN_INVALID
 */
export function planOf({plan, name}: Experiment, cohort: Cohort, seed: number): Plan {
  const settings = {...plan, formatVersion: FORMAT_VERSION, seed} as const;
  const bytes = composePlan(settings, {
    name,
    consortium: `${name}-simulated`.slice(0, LONGEST_NAME),
    task: {name, contract: cohort.contract, input: cohort.input},
    start: {members: cohort.sites.length, patients: 1, waitSeconds: 0},
  });
  return parsePlan(bytes, "the experiment's plan").plan;
}

/**
 * Refuses an experiment that does not fit its cohort's patients and sites.
 * @throws {CodedError} SIMULATION_MODEL_UNFIT, SIMULATION_METRIC_UNFIT, SIMULATION_SITE_UNKNOWN,
 * SIMULATION_NOBODY_HONEST
 */
export function checkFit(experiment: Experiment, cohort: Cohort): void {
  checkModel(experiment, cohort);
  checkMetrics(experiment, cohort);
  checkSites(experiment, cohort);
}

/**
 * Refuses a model of survival for classes, and a model of classes for survival.
 * @throws SIMULATION_MODEL_UNFIT
 */
function checkModel({plan: {model}}: Experiment, {kind}: Cohort): void {
  if ((model.architecture === "cox") === (kind === "survival")) return;
  const message = `plan.model: ${model.architecture} does not fit data of the kind ${kind}`;
  throw new CodedError<SimulationErrorCode>("SIMULATION_MODEL_UNFIT", message, {
    data: {architecture: model.architecture, kind},
    hint: "A task whose label has a time takes the architecture cox, and no other does.",
  });
}

/** Refuses metrics that the cohort's patients do not have. @throws SIMULATION_METRIC_UNFIT */
function checkMetrics({metrics}: Experiment, {kind}: Cohort): void {
  const known = METRICS_OF[kind];
  const unfit = metrics.find((metric) => !known.includes(metric));
  if (unfit === undefined) return;
  throw new CodedError("SIMULATION_METRIC_UNFIT", `metrics: ${unfit} is no figure of these patients`, {
    data: {metric: unfit},
    hint: `Of data of the kind ${kind} there are: ${known.join(", ")}.`,
  });
}
