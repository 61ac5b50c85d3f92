import type {BaselineName} from "../../config/index.ts";
import {sha256, toHex} from "../../core/index.ts";
import type {Standardiser} from "../../data/index.ts";
import type {Learning} from "../baselines/experiment.ts";
import {type FedAvgModel, trainFedAvg} from "../baselines/train-fed-avg.ts";
import {trainLocal} from "../baselines/train-local.ts";
import {trainPooled} from "../baselines/train-pooled.ts";
import {trainRing} from "../baselines/train-ring.ts";
import {trainSwarm} from "../baselines/train-swarm.ts";
import {modelsDistance} from "../engine/consensus-distance.ts";
import {littleEndian} from "./little-endian.ts";
import type {HeldModel, MethodOutcome, MethodRound} from "./method.ts";
import type {Monitor} from "./monitor.ts";
import type {Trial} from "./trial.ts";
import {ringCost, starCost} from "./virtual-cost.ts";

/** How results.csv names the baselines; FLamby's names where it has one. */
export const METHOD_NAMES = {
  local: "Local",
  pooled: "Pooled Training",
  fedavg: "FedAvg",
  fedprox: "FedProx",
  "swarm-hpe": "Swarm (HPE)",
  ring: "Ring",
} as const satisfies Readonly<Record<BaselineName, string>>;

/** What a baseline works with. */
export interface BaselineSetting {
  readonly trial: Trial;
  readonly learning: Learning;
  readonly monitor: Monitor;
  /** Hears of each round as it ends. */
  onRound(method: string, round: MethodRound): void;
}

/** Trains a baseline. @returns one outcome or, of `local`, one for each site and one of all, each with its own model */
export async function runBaseline(name: BaselineName, setting: BaselineSetting): Promise<MethodOutcome[]> {
  switch (name) {
    case "local":
      return await runLocal(setting);
    case "pooled":
      return [await runPooled(setting)];
    case "ring":
      return [await runRing(setting)];
    default:
      return [await runCentral(name, setting)];
  }
}

async function runLocal({trial, learning}: BaselineSetting): Promise<MethodOutcome[]> {
  const {sites} = trial.cohort;
  const models = await Promise.all(sites.map((site) => trainLocal(learning, site)));
  const alone = {rounds: [], stateHash: null};
  const each = models.map((model, place) => ({
    method: `${METHOD_NAMES.local} ${sites[place]?.name ?? ""}`,
    models: [model],
    ...alone,
  }));
  return [{method: METHOD_NAMES.local, models, ...alone}, ...each];
}

async function runPooled({trial, learning}: BaselineSetting): Promise<MethodOutcome> {
  const model = await trainPooled(learning, trial.cohort.sites);
  return {method: METHOD_NAMES.pooled, models: [model], rounds: [], stateHash: null};
}

/** A model that all share carries its scaling where the plan's is the same everywhere. */
function sharedModel({plan}: Trial, {parameters, standardisers}: FedAvgModel): HeldModel {
  const isOwn = plan.task.standardisation === "site";
  return {parameters, standardiser: isOwn ? null : (standardisers[0] ?? null)};
}

type Central = Exclude<BaselineName, "local" | "pooled" | "ring">;

/** Rounds with one machine in the middle, which takes in and gives out every model whole. */
async function runCentral(
  name: Central,
  {trial, learning, monitor, onRound}: BaselineSetting,
): Promise<MethodOutcome> {
  const {experiment, cohort} = trial;
  const method = METHOD_NAMES[name];
  const rounds: MethodRound[] = [];
  const costOf = starCost(trial, {
    values: learning.initial.length,
    steps: name === "swarm-hpe" ? experiment.swarm.synchronisationSteps : null,
  });
  const hear = async (index: number, model: FedAvgModel): Promise<void> => {
    const value = await monitor.valueOf([sharedModel(trial, model)]);
    const round = {round: index, ...costOf(index + 1), absent: [], consensusDistance: 0, value};
    rounds.push(round);
    onRound(method, round);
  };
  const proximal = name === "fedprox" ? experiment.proximal : 0;
  const plan = {...learning.plan, training: {...learning.plan.training, proximal}};
  const own = {...learning, plan};
  const model =
    name === "swarm-hpe"
      ? await trainSwarm(own, cohort.sites, experiment.swarm, hear)
      : await trainFedAvg(own, cohort.sites, hear);
  return {method, models: [sharedModel(trial, model)], rounds, stateHash: hashOf([model.parameters])};
}

async function runRing({trial, learning, monitor, onRound}: BaselineSetting): Promise<MethodOutcome> {
  const method = METHOD_NAMES.ring;
  const rounds: MethodRound[] = [];
  const held = (models: readonly Float32Array[], standardisers: readonly Standardiser[]): HeldModel[] =>
    models.map((parameters, place) => ({parameters, standardiser: standardisers[place] ?? null}));
  const costOf = ringCost(trial, learning.initial.length);
  const {models, standardisers} = await trainRing(learning, trial.cohort.sites, async (index, now) => {
    const value = await monitor.valueOf(held(now.models, now.standardisers));
    const distance = modelsDistance(now.models);
    const round = {round: index, ...costOf(index + 1), absent: [], consensusDistance: distance, value};
    rounds.push(round);
    onRound(method, round);
  });
  return {method, models: held(models, standardisers), rounds, stateHash: hashOf(models)};
}

/** SHA-256 over the models' little-endian binary32, one after another. */
function hashOf(models: readonly Float32Array[]): string {
  return toHex(sha256(...models.map((model) => littleEndian(model))));
}
