import type {BaselineName} from "../config/index.ts";
import type {BaselineSetting} from "./baseline-methods.ts";
import {pointKey} from "./outputs/point-columns.ts";

/**
 * Keys of an experiment that affect no baseline: names, misfortunes, harm, and the way of comparing methods.
 */
const NOT_FOLLOWED: ReadonlySet<string> = new Set([
  "formatVersion",
  "name",
  "title",
  "seed",
  "repeats",
  "sweep",
  "baselines",
  "engine",
  "churn",
  "faults",
  "attacks",
  "comparison",
  "target",
  // Only the baseline's own part of these counts, see below.
  "plan",
  "learningRates",
  "proximal",
  "swarm",
  "decentralised",
]);

/** The same for a plan: the daemons' measures against misfortunes and harm. */
const NOT_FOLLOWED_OF_PLAN: ReadonlySet<string> = new Set([
  "mixing",
  "quorum",
  "deadline",
  "privacy",
  "evaluation",
  "retention",
]);

function without(map: object, keys: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
}

/**
 * Returns a name for everything that decides a baseline's training, its figures and its cost in a study.
 * Equal names mean equal results. Anything not known to be without effect counts.
 */
export function baselineKey(
  name: BaselineName,
  {trial: {experiment, seed}, exchanges}: BaselineSetting,
): string {
  const {codec} = experiment.plan.mixing;
  return pointKey({
    ...without(experiment, NOT_FOLLOWED),
    ...without(experiment.plan, NOT_FOLLOWED_OF_PLAN),
    baseline: name,
    seedOfTrial: seed,
    exchanges,
    codec,
    learningRate: experiment.learningRates[name],
    proximal: name === "fedprox" ? experiment.proximal : null,
    swarm: name === "swarm-hpe" ? experiment.swarm : null,
    decentralised: name === "d-psgd" ? experiment.decentralised : null,
  });
}
