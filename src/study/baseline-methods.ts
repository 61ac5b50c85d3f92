import {type BaselineName, type DecentralisedGraph, graphName} from "../config/index.ts";
import type {Plan} from "../consortium/index.ts";
import {CodedError} from "../core/index.ts";
import {modelsDistance} from "../parameters/index.ts";
import {type SimulationErrorCode, type Trial, unlessDiverged} from "../simulation/index.ts";
import {examplesOf, stepsOf} from "../training/index.ts";
import type {Learning} from "./baselines/experiment.ts";
import {type DPsgdModels, trainDPsgd} from "./baselines/train-d-psgd.ts";
import {type FedAvgModel, trainFedAvg} from "./baselines/train-fed-avg.ts";
import {trainLocal} from "./baselines/train-local.ts";
import {trainPooled} from "./baselines/train-pooled.ts";
import {trainSwarm} from "./baselines/train-swarm.ts";
import {EffortMeter} from "./measures/effort-meter.ts";
import type {Monitor} from "./measures/monitor.ts";
import {graphCost, type MethodCost, starCost} from "./measures/virtual-cost.ts";
import {FINISHED, type HeldModel, heldByNodes, type MethodOutcome, type MethodRound} from "./method.ts";
import {BASELINE_NAMES, dPsgdName, localName} from "./names.ts";
import {poolLearning} from "./pool-learning.ts";
import type {Ending} from "./results.ts";

/** Settings for running a method. */
export interface MethodSetting {
  readonly trial: Trial;
  readonly monitor: Monitor;
  /** Called for each round as it ends. */
  onRound(method: string, round: MethodRound): void;
}

/** Settings for running a baseline. */
export interface BaselineSetting extends MethodSetting {
  /**
   * Number of times that each site takes the plan's local steps, with an exchange after each, from {@link
   * exchangesOf}. The baselines then train as much as the network and exchange as often.
   */
  readonly exchanges: number;
}

/** A baseline that is about to train. */
interface Running extends BaselineSetting {
  readonly learning: Learning;
  readonly meter: EffortMeter;
}

/**
 * Number of times that a site of the network took the plan's local steps. This is once a round. In segments
 * of units it is the average number of units per site: a unit that others have overtaken counts for less than
 * one, so more are trained. For a network that diverged or stalled it is the plan's number.
 * @param steps local steps of all sites of the network together
 */
export function exchangesOf({plan, cohort}: Trial, {effort, status}: MethodOutcome): number {
  const {rounds, mixing, training, model} = plan;
  if (mixing.mode === "rounds") return rounds;
  if (status !== "finished") return rounds * mixing.units;
  const once = cohort.sites.reduce(
    (sum, {split}) => sum + stepsOf(training, examplesOf(model, split.train)),
    0,
  );
  return Math.max(1, Math.round(effort.steps / once));
}

/**
 * Returns the plan by which a baseline trains: with its own learning rate, in rounds that each end in an
 * exchange.
 */
function planOf(name: BaselineName, {trial: {plan, experiment}, exchanges}: BaselineSetting): Plan {
  const {optimizer} = plan.training;
  const learningRate = experiment.learningRates[name] ?? optimizer.learningRate;
  const proximal = name === "fedprox" ? experiment.proximal : 0;
  const training = {...plan.training, optimizer: {...optimizer, learningRate}, proximal};
  return {...plan, rounds: exchanges, training};
}

/**
 * Trains a baseline.
 * @returns one outcome; for `local` one of all sites and one for each, each with its own model; for `d-psgd`
 * one for each graph
 */
export async function runBaseline(name: BaselineName, setting: BaselineSetting): Promise<MethodOutcome[]> {
  const {graphs} = setting.trial.experiment.decentralised;
  switch (name) {
    case "local":
      return await training(name, setting, runLocal);
    case "pooled":
      return [await training(name, setting, runPooled)];
    case "d-psgd": {
      const outcomes: MethodOutcome[] = [];
      for (const graph of graphs)
        outcomes.push(await training(name, setting, (running) => runOnGraph(running, graph)));
      return outcomes;
    }
    default:
      return [await training(name, setting, (running) => runCentral(name, running))];
  }
}

/**
 * Returns the result of `run`, which gets its own trainers. Their steps are counted, and they are closed
 * afterwards.
 */
async function training<Result>(
  name: BaselineName,
  setting: BaselineSetting,
  run: (running: Running) => Promise<Result>,
): Promise<Result> {
  const {trial} = setting;
  const meter = new EffortMeter(trial.plan);
  const learning = poolLearning({...trial, pool: meter.over(trial.pool)}, planOf(name, setting));
  try {
    return await run({...setting, learning, meter});
  } finally {
    await learning.close();
  }
}

async function runLocal(running: Running): Promise<MethodOutcome[]> {
  const {learning, meter} = running;
  const {sites} = running.trial.cohort;
  const trained = await Promise.all(
    sites.map(async (site) => ({
      site: site.name,
      model: await unlessDiverged(async () => await trainLocal(learning, site)),
    })),
  );
  const known = trained.flatMap(({model}) => (model === null ? [] : [model]));
  const all = known.length < trained.length ? null : known;
  return [
    outcomeOf(running, {method: BASELINE_NAMES.local, models: all, setupBytes: 0}),
    ...trained.map(({site, model}) => {
      const own = {method: localName(site), models: model === null ? null : [model], setupBytes: 0};
      return {...outcomeOf(running, own), effort: meter.effort([site])};
    }),
  ];
}

/** The result of a baseline's training. */
interface Trained extends Pick<MethodOutcome, "method" | "setupBytes"> {
  /** Null if it diverged: in the round after those that it ended, if it has rounds. */
  readonly models: readonly HeldModel[] | null;
  readonly rounds?: readonly MethodRound[];
}

/** Returns divergence in the round after those that a method ended, if it has rounds. */
function divergedAfter(rounds: readonly MethodRound[] | undefined): Ending {
  return {status: "diverged", divergedAt: rounds === undefined ? null : rounds.length + 1, stall: null};
}

function outcomeOf({learning, meter}: Running, {method, models, rounds, setupBytes}: Trained): MethodOutcome {
  return {
    method,
    models: models ?? [],
    rounds: rounds ?? [],
    setupBytes,
    learningRate: learning.plan.training.optimizer.learningRate,
    effort: meter.effort(),
    ...(models === null ? divergedAfter(rounds) : FINISHED),
  };
}

function requireNumbers(models: readonly Float32Array[]): void {
  if (models.every((model) => model.every(Number.isFinite))) return;
  throw new CodedError<SimulationErrorCode>("SIMULATION_DIVERGED", "a merged model holds NaN or infinity");
}

async function runPooled(running: Running): Promise<MethodOutcome> {
  const {trial, learning} = running;
  const model = await unlessDiverged(async () => await trainPooled(learning, trial.cohort.sites));
  const models = model === null ? null : [model];
  return outcomeOf(running, {method: BASELINE_NAMES.pooled, models, setupBytes: null});
}

/** Records the nodes' models after exchanges: at the last exchange of each round of the plan. */
class RoundBook {
  readonly rounds: MethodRound[] = [];
  readonly #running: Running;
  readonly #method: string;
  readonly #cost: MethodCost;
  readonly #each: number;

  /** @param each number of exchanges in a round, which need not be a whole number */
  constructor(running: Running, method: string, cost: MethodCost, each: number) {
    this.#running = running;
    this.#method = method;
    this.#cost = cost;
    this.#each = each;
  }

  /** @param exchange from 0 */
  async hear(exchange: number, held: readonly HeldModel[]): Promise<void> {
    const models = held.map(({parameters}) => parameters);
    requireNumbers(models);
    if (exchange + 1 < Math.round((this.rounds.length + 1) * this.#each)) return;
    const entry = {
      round: this.rounds.length + 1,
      ...this.#cost.after(exchange + 1),
      absent: [],
      consensusDistance: modelsDistance(models),
      value: await this.#running.monitor.valueOf(held),
    };
    this.rounds.push(entry);
    this.#running.onRound(this.#method, entry);
  }
}

type Central = Exclude<BaselineName, "local" | "pooled" | "d-psgd">;

/** Runs rounds with one central machine, which receives and sends every model whole. */
async function runCentral(name: Central, running: Running): Promise<MethodOutcome> {
  const {trial, learning, exchanges} = running;
  const {experiment, cohort} = trial;
  const method = BASELINE_NAMES[name];
  const isSwarm = name === "swarm-hpe";
  const steps = isSwarm ? experiment.swarm.synchronisationSteps : null;
  const cost = starCost(trial, {values: learning.initial.length, steps});
  const book = new RoundBook(running, method, cost, isSwarm ? 1 : exchanges / trial.plan.rounds);
  const shared = ({parameters, standardisers}: FedAvgModel): HeldModel[] =>
    heldByNodes(trial, [parameters], standardisers);
  const model = await unlessDiverged(async () =>
    isSwarm
      ? await trainSwarm(learning, cohort.sites, experiment.swarm, (merge, now) =>
          book.hear(merge, shared(now)),
        )
      : await trainFedAvg(learning, cohort.sites, (round, now) => book.hear(round, shared(now))),
  );
  const models = model === null ? null : shared(model);
  return outcomeOf(running, {method, models, rounds: book.rounds, setupBytes: cost.setup.bytes});
}

async function runOnGraph(running: Running, graph: DecentralisedGraph): Promise<MethodOutcome> {
  const {trial, learning, exchanges} = running;
  const method = dPsgdName(graphName(graph));
  const cost = graphCost(trial, {values: learning.initial.length, graph});
  const book = new RoundBook(running, method, cost, exchanges / trial.plan.rounds);
  const held = ({models, standardisers}: DPsgdModels): HeldModel[] =>
    heldByNodes(trial, models, standardisers);
  const {sites} = trial.cohort;
  const ended = await unlessDiverged(
    async () => await trainDPsgd(learning, sites, graph, (round, now) => book.hear(round, held(now))),
  );
  const models = ended === null ? null : held(ended);
  return outcomeOf(running, {method, models, rounds: book.rounds, setupBytes: cost.setup.bytes});
}
