import {CodedError} from "../../core/index.ts";
import type {HeldModels, NetworkOutcome} from "../engine/network-outcome.ts";
import {runNetwork} from "../engine/run-network.ts";
import {type BaselineSetting, runBaseline} from "./baseline-methods.ts";
import {intervalOf} from "./figures.ts";
import {FINISHED, type HeldModel, heldByNodes, type MethodOutcome, type MethodRound} from "./method.ts";
import {createMonitor} from "./monitor.ts";
import {GOSSIP, UNATTACKED} from "./names.ts";
import {poolLearning} from "./pool-learning.ts";
import type {Ending, ResultRow} from "./results.ts";
import {Scorer, type UnscoredGroup} from "./scoring.ts";
import type {Trial} from "./trial.ts";
import type {MethodScores, TrialResult} from "./trial-result.ts";

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
  const {stateHash, divergedAt} = outcome;
  const models = distinct(trial, outcome);
  if (divergedAt === null) return {method, models, rounds, stateHash, ...FINISHED};
  return {method, models: [], rounds, stateHash, status: "diverged", divergedAt};
}

/** A method whose models were scored, or that has none. */
interface JudgedMethod extends MethodScores, Ending {
  readonly rounds: readonly MethodRound[];
}

/** Test patients under a method's models; a model whose scores are no numbers has diverged in its last round. */
async function judge(scorer: Scorer, outcome: MethodOutcome): Promise<JudgedMethod> {
  const {method, models, rounds, status, divergedAt} = outcome;
  if (status === "diverged") return {method, rounds, groups: [], status, divergedAt};
  const groups = await scorer.score(models);
  const isFinite = groups.every(({scores}) => scores.every(Number.isFinite));
  if (isFinite) return {method, rounds, groups, ...FINISHED};
  return {method, rounds, groups: [], status: "diverged", divergedAt: rounds.at(-1)?.round ?? null};
}

function rowsOf(trial: Trial, judged: JudgedMethod, all: readonly UnscoredGroup[]): ResultRow[] {
  const {experiment, cohort, point, seed} = trial;
  const {method, groups, status, divergedAt} = judged;
  const ending = {status, divergedAt};
  return all.flatMap(({test, labels}, place) =>
    experiment.metrics.map((metric): ResultRow => {
      const group = groups[place];
      const figure = group === undefined ? null : intervalOf(metric, cohort.kind, group, seed);
      const {value = null, low = null, high = null} = figure ?? {};
      return {point, seed, method, test, metric, value, low, high, n: labels.length, ...ending};
    }),
  );
}

/**
 * All methods of a trial: the network, then the baselines; their models on all test patients, once, at the end. Of a
 * method that diverges the rows say so, and the others go on.
 * @throws {CodedError} SIMULATION_*; the signal's reason when it aborts
 */
export async function runTrial(trial: Trial, onRound: OnRound): Promise<TrialResult> {
  const {experiment, cohort, pool, point, seed} = trial;
  const [site] = cohort.sites;
  if (site === undefined) throw new CodedError("SIMULATION_NOBODY_TRAINS", "the cohort has no site");
  const learning = poolLearning(trial);
  // Scoring needs a model and none of the rows it was opened with.
  const trainer = await pool.open(site.name, site.split.train, {seed});
  const scorer = new Scorer(trial, trainer);
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
    const judged = await Promise.all(outcomes.map((outcome) => judge(scorer, outcome)));
    const groups = scorer.groups();
    return {
      point,
      seed,
      results: judged.flatMap((method) => rowsOf(trial, method, groups)),
      rounds: outcomes.flatMap(({method, rounds}) =>
        rounds.map((round) => ({point, seed, method, ...round})),
      ),
      scores: judged.map(({method, groups: scored}) => ({method, groups: scored})),
      stateHash: network.stateHash,
    };
  } finally {
    await Promise.all([trainer.close(), learning.close()]);
  }
}
