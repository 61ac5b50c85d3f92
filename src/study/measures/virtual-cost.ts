import type {DecentralisedGraph} from "../../config/index.ts";
import {at, createRandom} from "../../core/index.ts";
import {codecOf, contributionSize} from "../../parameters/index.ts";
import {mixingGraph} from "../../schedules/index.ts";
import {lineSpeed, meanDelayMs, stepMs, type Trial} from "../../simulation/index.ts";
import {examplesOf, stepsOf} from "../../training/index.ts";

/** A cost in virtual seconds and in bytes of parameters that all nodes together send. */
export interface Cost {
  readonly seconds: number;
  readonly bytes: number;
}

/** Cost of a method with rounds. */
export interface MethodCost {
  /**
   * Cost before the first round: the exchange of the features' statistics, if the plan scales by those of all
   * sites together.
   */
  readonly setup: Cost;
  /** Cost from the beginning to the end of that number of rounds, including the set-up. */
  after(rounds: number): Cost;
}

/** Number of rounds that exchange statistics: the means, then the deviations from them. */
const SETUP_ROUNDS = 2;

/** Bytes that one node sends and receives when a vector is summed: its own part, and the sum. */
interface Exchange {
  readonly up: number;
  readonly down: number;
}

/** A round's exchange in the codec of the plan, as in the network: sums of some codecs travel in another. */
function roundExchange({plan}: Trial, values: number): Exchange {
  const codec = codecOf(plan.mixing.codec);
  return {up: contributionSize(codec, values), down: contributionSize(codecOf(codec.sums), values)};
}

/** The exchange of statistics, which is in binary32 in every plan. */
function setupExchange({cohort}: Trial): Exchange {
  const size = contributionSize(codecOf("f32"), cohort.features.length);
  return {up: size, down: size};
}

function slowest<Value>(values: readonly Value[], msOf: (value: Value) => number): number {
  return values.reduce((most, value) => Math.max(most, msOf(value)), 0);
}

/** Virtual milliseconds of the slowest node's local steps. @param steps null for those of the plan's round */
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

/** @param period costs of consecutive rounds, which then repeat */
function methodCost({plan}: Trial, setupRound: Cost, period: readonly Cost[]): MethodCost {
  const setupRounds = plan.task.standardisation === "federated" ? SETUP_ROUNDS : 0;
  const setup = {seconds: setupRounds * setupRound.seconds, bytes: setupRounds * setupRound.bytes};
  const total = (rounds: number, costOf: (round: Cost) => number): number =>
    period.reduce((sum, round, place) => {
      const times = Math.floor(rounds / period.length) + (place < rounds % period.length ? 1 : 0);
      return sum + times * costOf(round);
    }, 0);
  return {
    setup,
    after: (rounds) => ({
      seconds: setup.seconds + total(rounds, ({seconds}) => seconds),
      bytes: setup.bytes + total(rounds, ({bytes}) => bytes),
    }),
  };
}

/** Cost of sums by one central machine. Its own line is assumed not to be the limit. */
function starExchange(trial: Trial, {up, down}: Exchange): Cost {
  const seconds = (sendingMs(trial, up) + sendingMs(trial, down)) / 1000;
  return {seconds, bytes: trial.cohort.sites.length * (up + down)};
}

/**
 * Cost of sums without a centre. Each node owns a part of the vector, so n - 1 of n parts travel, there and
 * back.
 */
function groupExchange(trial: Trial, {up, down}: Exchange): Cost {
  const others = trial.cohort.sites.length - 1;
  const share = others / trial.cohort.sites.length;
  const seconds = (sendingMs(trial, share * up) + sendingMs(trial, share * down)) / 1000;
  return {seconds, bytes: others * (up + down)};
}

/**
 * Cost of one central machine. Each node sends its model in the plan's codec and receives the result. A round
 * takes as long as the slowest node's steps and its way there and back.
 * @param steps between two merges; null for the plan's round
 */
export function starCost(
  trial: Trial,
  {values, steps}: {readonly values: number; readonly steps: number | null},
): MethodCost {
  const exchange = starExchange(trial, roundExchange(trial, values));
  const round = {...exchange, seconds: trainingMs(trial, steps) / 1000 + exchange.seconds};
  return methodCost(trial, starExchange(trial, setupExchange(trial)), [round]);
}

/**
 * Number of rounds after which a one-peer exponential graph of `nodes` nodes repeats. Other graphs repeat
 * after each.
 */
function periodOf(graph: DecentralisedGraph, nodes: number): number {
  return graph === "one-peer-exponential" ? Math.max(1, Math.ceil(Math.log2(nodes))) : 1;
}

/**
 * Cost of decentralised SGD. In each round every node sends its model to each node that hears it, one after
 * another, in the codec in which the network's masses travel between neighbours under this plan. A round
 * takes as long as the slowest node's steps and the sending of the node with the most listeners. The set-up
 * is one sum of all.
 */
export function graphCost(
  trial: Trial,
  {values, graph}: {readonly values: number; readonly graph: DecentralisedGraph},
): MethodCost {
  const {down: size} = roundExchange(trial, values);
  const {length} = trial.cohort.sites;
  const phaseOf = mixingGraph(graph, length, (round) =>
    createRandom({seed: trial.plan.seed, site: "", round, purpose: "cost of a matching"}),
  );
  const period = Array.from({length: periodOf(graph, length)}, (_, round) => {
    const listeners = Array.from({length}, () => 0);
    for (const row of phaseOf(round).rows)
      for (const {node} of row) listeners[node] = at(listeners, node) + 1;
    const sent = listeners.reduce((sum, count) => sum + count, 0);
    const most = slowest(listeners, (count) => count);
    return {
      seconds: (trainingMs(trial, null) + sendingMs(trial, most * size)) / 1000,
      bytes: sent * size,
    };
  });
  return methodCost(trial, groupExchange(trial, setupExchange(trial)), period);
}
