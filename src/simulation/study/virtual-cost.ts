import {codecOf, contributionSize} from "../../parameters/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";
import {lineSpeed, meanDelayMs, stepMs} from "../engine/link-times.ts";
import type {Trial} from "./trial.ts";

/** What a method has cost after so many rounds: virtual seconds, and bytes that all nodes together have sent. */
export type Cost = (rounds: number) => {readonly seconds: number; readonly bytes: number};

const MODEL = codecOf("f32");

function slowest<Value>(values: readonly Value[], msOf: (value: Value) => number): number {
  return values.reduce((most, value) => Math.max(most, msOf(value)), 0);
}

/** Virtual milliseconds of the slowest node's local steps. @param steps null: those of the plan's round */
function trainingMs({experiment, cohort, plan}: Trial, steps: number | null): number {
  return slowest(cohort.sites, ({name, split}) => {
    const own = steps ?? stepsOf(plan.training, examplesOf(plan.model, split.train));
    return own * stepMs(experiment, name);
  });
}

/** Mean virtual milliseconds until the slowest node has sent `bytes` one way. */
function sendingMs({experiment: {network}, cohort}: Trial, bytes: number): number {
  return slowest(
    cohort.sites,
    ({name}) => meanDelayMs(network, name, name) + bytes / lineSpeed(network, name),
  );
}

/**
 * One machine in the middle: each node sends its model in binary32 and is sent the result; a round takes as long as
 * the slowest node's steps and its way there and back. The middle's own line is taken to be no bound.
 * @param steps between two merges; null: the plan's round
 */
export function starCost(
  trial: Trial,
  {values, steps}: {readonly values: number; readonly steps: number | null},
): Cost {
  const size = contributionSize(MODEL, values);
  const roundMs = trainingMs(trial, steps) + 2 * sendingMs(trial, size);
  const bytes = 2 * trial.cohort.sites.length * size;
  return (rounds) => ({seconds: (rounds * roundMs) / 1000, bytes: rounds * bytes});
}

/** A ring: each node sends its model in binary32 to both neighbours. */
export function ringCost(trial: Trial, values: number): Cost {
  const size = contributionSize(MODEL, values);
  const {length} = trial.cohort.sites;
  const neighbours = Math.min(2, length - 1);
  const roundMs = trainingMs(trial, null) + sendingMs(trial, neighbours * size);
  return (rounds) => ({seconds: (rounds * roundMs) / 1000, bytes: rounds * neighbours * length * size});
}
