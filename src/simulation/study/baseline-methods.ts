import type {BaselineName} from "../../config/index.ts";
import {CodedError} from "../../core/index.ts";
import type {Learning} from "../baselines/experiment.ts";
import {type FedAvgModel, trainFedAvg} from "../baselines/train-fed-avg.ts";
import {trainLocal} from "../baselines/train-local.ts";
import {trainPooled} from "../baselines/train-pooled.ts";
import {type RingModels, trainRing} from "../baselines/train-ring.ts";
import {trainSwarm} from "../baselines/train-swarm.ts";
import {modelsDistance} from "../engine/consensus-distance.ts";
import {unlessDiverged} from "../engine/divergence.ts";
import type {SimulationErrorCode} from "../errors.ts";
import {FINISHED, type HeldModel, heldByNodes, type MethodOutcome, type MethodRound} from "./method.ts";
import type {Monitor} from "./monitor.ts";
import {BASELINE_NAMES} from "./names.ts";
import type {Ending} from "./results.ts";
import type {Trial} from "./trial.ts";
import {ringCost, starCost} from "./virtual-cost.ts";

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
  const models = await Promise.all(
    sites.map((site) => unlessDiverged(async () => await trainLocal(learning, site))),
  );
  const each = models.map((model, place) =>
    outcomeOf(`${BASELINE_NAMES.local} ${sites[place]?.name ?? ""}`, model === null ? null : [model], null),
  );
  const known = models.filter((model) => model !== null);
  return [outcomeOf(BASELINE_NAMES.local, known.length < models.length ? null : known, null), ...each];
}

/** What came of a method; without models it has diverged, in the round after those that it ended, where it has any. */
function outcomeOf(
  method: string,
  models: readonly HeldModel[] | null,
  rounds: readonly MethodRound[] | null,
): MethodOutcome {
  const ending: Ending =
    models === null ? {status: "diverged", divergedAt: rounds?.length ?? null} : FINISHED;
  return {method, models: models ?? [], rounds: rounds ?? [], ...ending};
}

function requireNumbers(models: readonly Float32Array[]): void {
  if (models.every((model) => model.every(Number.isFinite))) return;
  throw new CodedError<SimulationErrorCode>("SIMULATION_DIVERGED", "a merged model holds NaN or infinity");
}

async function runPooled({trial, learning}: BaselineSetting): Promise<MethodOutcome> {
  const model = await unlessDiverged(async () => await trainPooled(learning, trial.cohort.sites));
  return outcomeOf(BASELINE_NAMES.pooled, model === null ? null : [model], null);
}

type Central = Exclude<BaselineName, "local" | "pooled" | "ring">;

/** Rounds with one machine in the middle, which takes in and gives out every model whole. */
async function runCentral(
  name: Central,
  {trial, learning, monitor, onRound}: BaselineSetting,
): Promise<MethodOutcome> {
  const {experiment, cohort} = trial;
  const method = BASELINE_NAMES[name];
  const rounds: MethodRound[] = [];
  const costOf = starCost(trial, {
    values: learning.initial.length,
    steps: name === "swarm-hpe" ? experiment.swarm.synchronisationSteps : null,
  });
  const shared = ({parameters, standardisers}: FedAvgModel): HeldModel[] =>
    heldByNodes(trial, [parameters], standardisers);
  const hear = async (index: number, model: FedAvgModel): Promise<void> => {
    requireNumbers([model.parameters]);
    const value = await monitor.valueOf(shared(model));
    const round = {round: index, ...costOf(index + 1), absent: [], consensusDistance: 0, value};
    rounds.push(round);
    onRound(method, round);
  };
  const proximal = name === "fedprox" ? experiment.proximal : 0;
  const plan = {...learning.plan, training: {...learning.plan.training, proximal}};
  const own = {...learning, plan};
  const model = await unlessDiverged(async () =>
    name === "swarm-hpe"
      ? await trainSwarm(own, cohort.sites, experiment.swarm, hear)
      : await trainFedAvg(own, cohort.sites, hear),
  );
  return outcomeOf(method, model === null ? null : shared(model), rounds);
}

async function runRing({trial, learning, monitor, onRound}: BaselineSetting): Promise<MethodOutcome> {
  const method = BASELINE_NAMES.ring;
  const rounds: MethodRound[] = [];
  const held = ({models, standardisers}: RingModels): HeldModel[] =>
    heldByNodes(trial, models, standardisers);
  const costOf = ringCost(trial, learning.initial.length);
  const hear = async (index: number, now: RingModels): Promise<void> => {
    requireNumbers(now.models);
    const value = await monitor.valueOf(held(now));
    const distance = modelsDistance(now.models);
    const round = {round: index, ...costOf(index + 1), absent: [], consensusDistance: distance, value};
    rounds.push(round);
    onRound(method, round);
  };
  const ring = await unlessDiverged(async () => await trainRing(learning, trial.cohort.sites, hear));
  return outcomeOf(method, ring === null ? null : held(ring), rounds);
}
