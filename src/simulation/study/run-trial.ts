import type {MetricName} from "../../config/index.ts";
import {CodedError} from "../../core/index.ts";
import type {HeldModels, NetworkOutcome} from "../engine/network-outcome.ts";
import {runNetwork} from "../engine/run-network.ts";
import {type BaselineSetting, runBaseline} from "./baseline-methods.ts";
import {intervalOf} from "./figures.ts";
import {type HeldModel, heldByNodes, type MethodOutcome, type MethodRound} from "./method.ts";
import {createMonitor} from "./monitor.ts";
import {GOSSIP, UNATTACKED} from "./names.ts";
import {poolLearning} from "./pool-learning.ts";
import type {ResultRow} from "./results.ts";
import {type ScoredGroup, Scorer} from "./scoring.ts";
import type {Trial} from "./trial.ts";
import type {TrialResult} from "./trial-result.ts";

/** Hears of each method's rounds as they end. */
export type OnRound = (method: string, round: MethodRound) => void;

/** The models that are told apart: one where all nodes hold the same and scale alike. */
function distinct(trial: Trial, {models, standardisers}: HeldModels): HeldModel[] {
  const isOne = models.every((model) => model === models[0]);
  return heldByNodes(trial, isOne ? models.slice(0, 1) : models, standardisers);
}

async function runGossip(
  method: string,
  {trial, monitor, onRound}: Omit<BaselineSetting, "learning">,
): Promise<MethodOutcome & Pick<NetworkOutcome, "stateHash">> {
  const rounds: MethodRound[] = [];
  const outcome = await runNetwork(trial, {
    async onRound(held, round) {
      const value = await monitor.valueOf(distinct(trial, held));
      rounds.push({...round, value});
      onRound(method, {...round, value});
    },
  });
  return {method, models: distinct(trial, outcome), rounds, stateHash: outcome.stateHash};
}

function rowsOf(trial: Trial, method: string, groups: readonly ScoredGroup[]): ResultRow[] {
  const {experiment, cohort, point, seed} = trial;
  const rowOf = (group: ScoredGroup, metric: MetricName): ResultRow => {
    const figure = intervalOf(metric, cohort.kind, group, seed);
    const {value = null, low = null, high = null} = figure ?? {};
    return {point, seed, method, test: group.test, metric, value, low, high, n: group.labels.length};
  };
  return groups.flatMap((group) => experiment.metrics.map((metric) => rowOf(group, metric)));
}

/**
 * All methods of a trial: the network, then the baselines; their models on all test patients, once, at the end.
 * @throws {CodedError} TRAINING_DIVERGED, SIMULATION_*; the signal's reason when it aborts
 */
export async function runTrial(trial: Trial, onRound: OnRound): Promise<TrialResult> {
  const {experiment, cohort, pool, point, seed} = trial;
  const [site] = cohort.sites;
  if (site === undefined) throw new CodedError("SIMULATION_NOBODY_TRAINS", "the cohort has no site");
  const learning = poolLearning(trial);
  // Scoring needs a model and none of the rows it was opened with.
  const judge = await pool.open(site.name, site.split.train, {seed});
  const scorer = new Scorer(trial, judge);
  const monitor = createMonitor(trial, scorer);
  const setting: BaselineSetting = {trial, learning, monitor, onRound};
  try {
    const network = await runGossip(GOSSIP, setting);
    const outcomes: MethodOutcome[] = [network];
    if (experiment.attacks.length > 0) {
      const harmless = {...trial, experiment: {...experiment, attacks: []}};
      outcomes.push(await runGossip(UNATTACKED, {...setting, trial: harmless}));
    }
    for (const baseline of experiment.baselines) outcomes.push(...(await runBaseline(baseline, setting)));
    const scores = await Promise.all(
      outcomes.map(async ({method, models}) => ({method, groups: await scorer.score(models)})),
    );
    return {
      point,
      seed,
      results: scores.flatMap(({method, groups}) => rowsOf(trial, method, groups)),
      rounds: outcomes.flatMap(({method, rounds}) =>
        rounds.map((round) => ({point, seed, method, ...round})),
      ),
      scores,
      stateHash: network.stateHash,
    };
  } finally {
    await Promise.all([judge.close(), learning.close()]);
  }
}
