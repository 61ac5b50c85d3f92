import {runId} from "../../consortium/index.ts";
import {sha256, toHex} from "../../core/index.ts";
import {initialParameters, layoutOf} from "../../model/index.ts";
import {siteCount} from "../../node/index.ts";
import {planStages, type Stages, type StartingModel} from "../../participant/index.ts";
import type {Trial} from "../trial.ts";
import {badSites, withFlippedLabels} from "./bad-sites.ts";
import {SimulatedSite} from "./simulated-site.ts";

/** The identity on which a network's draws and the order of its sums depend, apart from the plan. */
export interface SimulatedIdentity {
  /** Id of the run, 32 hexadecimal digits. */
  readonly run: string;
  /** Returns a site's member id. */
  idOf(site: string): string;
}

/** The sites of a trial, ready to train. */
export interface SimulatedNetwork {
  readonly trial: Trial;
  readonly run: string;
  /** In the order of the cohort. */
  readonly sites: readonly SimulatedSite[];
  /** By member id, the order of the sums. */
  readonly members: readonly SimulatedSite[];
  /** The rounds, the same for all sites except for the start of an asynchronous segment. */
  readonly stages: Stages;
  /** Names of the sites that do harm. */
  readonly bad: ReadonlySet<string>;
  /** Frees the sites' resources. */
  close(): Promise<void>;
}

/** Returns the default identity: a site's id is its name, and the run's id is drawn from the plan. */
export function identityOfPlan({plan}: Pick<Trial, "plan">): SimulatedIdentity {
  const hash = toHex(sha256(new TextEncoder().encode(JSON.stringify(plan))));
  return {run: runId(hash, 1), idOf: (site) => site};
}

/**
 * Returns the layout and parameters that every training of a trial starts from.
 * @throws MODEL_SPEC_INVALID
 */
export function startingModel({plan, cohort}: Trial): StartingModel {
  const features = cohort.features.length;
  const {classes} = cohort;
  const {model, seed} = plan;
  return {
    layout: layoutOf(model, features, classes),
    initial: initialParameters(model, features, seed, classes),
  };
}

/**
 * Sets up the sites of `trial`. None trains yet.
 * @throws MODEL_SPEC_INVALID, NODE_LOCAL_TENSORS_INVALID, NODE_TOO_FEW_PATIENTS
 */
export function createNetwork(trial: Trial, {run, idOf} = identityOfPlan(trial)): SimulatedNetwork {
  const {plan, cohort, experiment, pool} = trial;
  const {features} = cohort;
  const model = startingModel(trial);
  const common = planStages(plan, features, 1, model);
  const bad = badSites(
    experiment.attacks,
    cohort.sites.map(({name}) => name),
  );
  const isFlipping = experiment.attacks[0]?.type === "label-flip";
  const sites = cohort.sites.map(({name, split}) => {
    const patients = siteCount(split.train, plan.weights, name);
    const stages = plan.mixing.mode === "rounds" ? common : planStages(plan, features, patients, model);
    const own = isFlipping && bad.has(name) ? withFlippedLabels(split, cohort.classes) : split;
    const data = {split: own, features: cohort.features, patients};
    return new SimulatedSite({name, id: idOf(name), plan, stages, data, pool});
  });
  const members = sites.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const close = async (): Promise<void> => void (await Promise.all(sites.map((site) => site.close())));
  return {trial, run, sites, members, stages: common, bad, close};
}
