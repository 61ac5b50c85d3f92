import {composePlan, type Experiment} from "../../config/index.ts";
import {type Plan, parsePlan} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import type {Cohort} from "../cohort/cohort.ts";
import {METRICS_OF} from "./figures.ts";

const FORMAT_VERSION = 1;
const LONGEST_NAME = 64;

/** The plan that daemons would run in this experiment, with one seed. @throws {CodedError} CONSORTIUM_PLAN_INVALID */
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

/** Refuses metrics that the cohort's patients have not. @throws SIMULATION_METRIC_UNFIT */
export function checkMetrics({metrics}: Experiment, {kind}: Cohort): void {
  const known = METRICS_OF[kind];
  const unfit = metrics.find((metric) => !known.includes(metric));
  if (unfit === undefined) return;
  throw new CodedError("SIMULATION_METRIC_UNFIT", `metrics: ${unfit} is no figure of these patients`, {
    data: {metric: unfit},
    hint: `Of data of the kind ${kind} there are: ${known.join(", ")}.`,
  });
}
