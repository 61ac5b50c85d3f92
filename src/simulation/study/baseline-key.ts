import type {BaselineName} from "../../config/index.ts";
import {pointKey} from "../outputs/point-columns.ts";
import type {BaselineSetting} from "./baseline-methods.ts";

/** What of an experiment no baseline follows: names, misfortunes, harm, and how methods are compared. */
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
  // Of these only what is the baseline's own counts, below.
  "plan",
  "learningRates",
  "proximal",
  "swarm",
  "decentralised",
]);

/** The same of a plan: what the daemons do against misfortunes and harm. */
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
 * Names what decides a baseline's training, its figures and its cost in a study, so that equal names are equal results.
 * What is not known to be without effect counts.
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
