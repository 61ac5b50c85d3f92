import type {BaselineName} from "../config/index.ts";
import {CodedError} from "../core/index.ts";
import {type HeldModels, type NetworkOutcome, runNetwork, type Trial} from "../simulation/index.ts";
import {baselineKey} from "./baseline-key.ts";
import {type BaselineSetting, exchangesOf, type MethodSetting, runBaseline} from "./baseline-methods.ts";
import {EffortMeter} from "./measures/effort-meter.ts";
import {intervalOf} from "./measures/figures.ts";
import {createMonitor} from "./measures/monitor.ts";
import {Scorer, type UnscoredGroup} from "./measures/scoring.ts";
import {FINISHED, type HeldModel, heldByNodes, type MethodOutcome, type MethodRound} from "./method.ts";
import {GOSSIP, UNATTACKED} from "./names.ts";
import type {Ending, ResultRow, WorkRow} from "./results.ts";
import type {MethodScores, TrialResult} from "./trial-result.ts";

/** Called for each method's rounds as they end. */
export type OnRound = (method: string, round: MethodRound) => void;

/** Returns the distinct models: only one if all nodes hold the same and scale alike. */
function distinct(trial: Trial, {models, standardisers}: HeldModels): HeldModel[] {
  const isOne = models.every((model) => model === models[0]);
  return heldByNodes(trial, isOne ? models.slice(0, 1) : models, standardisers);
}

async function runGossip(
  method: string,
  {trial, monitor, onRound}: MethodSetting,
): Promise<MethodOutcome & Pick<NetworkOutcome, "stateHash">> {
  const rounds: MethodRound[] = [];
  const meter = new EffortMeter(trial.plan);
  const outcome = await runNetwork(
    {...trial, pool: meter.over(trial.pool)},
    {
      async onRound(held, round) {
        const value = await monitor.valueOf(distinct(trial, held));
        const told = {...round, round: round.round + 1, value};
        rounds.push(told);
        onRound(method, told);
      },
    },
  );
  const {stateHash, setupBytes} = outcome;
  const {learningRate} = trial.plan.training.optimizer;
  const common = {method, rounds, stateHash, learningRate, effort: meter.effort(), setupBytes};
  if (outcome.stall !== null) {
    const stall = {...outcome.stall, round: outcome.stall.round + 1};
    return {...common, models: [], status: "stalled", divergedAt: null, stall};
  }
  if (outcome.divergedAt !== null)
    return {...common, models: [], status: "diverged", divergedAt: outcome.divergedAt + 1, stall: null};
  return {...common, models: distinct(trial, outcome), ...FINISHED};
}

/** A method with scored models, or without a model. */
export interface JudgedMethod extends MethodScores, Ending {
  readonly rounds: readonly MethodRound[];
  readonly work: Omit<WorkRow, "point" | "seed" | "method">;
}

interface Judges {
  readonly scorer: Scorer;
  readonly setting: MethodSetting;
}

/** Tells whose model judges a site's patients; null without a model. */
function holdersOf(models: readonly HeldModel[]): WorkRow["models"] {
  if (models.length === 0) return null;
  return models.length === 1 ? "one" : "own";
}

/** Returns the ending of a method. A method whose scores are not finite has diverged in its last round. */
function endingOf({rounds, status, divergedAt, stall}: MethodOutcome, isFinite: boolean): Ending {
  if (status !== "finished") return {status, divergedAt, stall};
  return isFinite ? FINISHED : {status: "diverged", divergedAt: rounds.at(-1)?.round ?? null, stall: null};
}

/** Scores test patients with a method's models; none if it ended without a model. */
async function judge({scorer, setting: {monitor}}: Judges, outcome: MethodOutcome): Promise<JudgedMethod> {
  const {method, models, rounds, status, learningRate, effort, setupBytes} = outcome;
  const scored = status === "finished" ? await scorer.score(models) : [];
  const ending = endingOf(
    outcome,
    scored.every(({scores}) => scores.every(Number.isFinite)),
  );
  const held = ending.status === "finished" ? models : [];
  const work = {
    models: holdersOf(held),
    learningRate,
    ...effort,
    setupBytes,
    roundBytes: setupBytes === null ? null : (rounds.at(-1)?.bytes ?? setupBytes) - setupBytes,
    value: held.length > 0 ? await monitor.valueOf(held) : null,
    on: monitor.on,
  };
  return {method, rounds, work, groups: held.length > 0 ? scored : [], ...ending};
}

function rowsOf(trial: Trial, judged: JudgedMethod, all: readonly UnscoredGroup[]): ResultRow[] {
  const {experiment, cohort, point, seed} = trial;
  const {method, groups, status, divergedAt, stall} = judged;
  const ending = {status, divergedAt, stall};
  return all.flatMap(({test, n}, place) =>
    experiment.metrics.map((metric): ResultRow => {
      const group = groups[place];
      const figure = group === undefined ? null : intervalOf(metric, cohort.kind, group, seed);
      const {value = null, low = null, high = null} = figure ?? {};
      return {point, seed, method, test, metric, value, low, high, n, ...ending};
    }),
  );
}

/**
 * Baselines that earlier trials of a study have trained, by the settings that decide them. Many points of a
 * sweep share them.
 */
export type KnownBaselines = Map<string, readonly JudgedMethod[]>;

async function judgedBaseline(
  name: BaselineName,
  judges: Judges & {readonly setting: BaselineSetting},
  known: KnownBaselines,
): Promise<readonly JudgedMethod[]> {
  const {onRound} = judges.setting;
  const key = baselineKey(name, judges.setting);
  const before = known.get(key);
  if (before !== undefined) {
    for (const {method, rounds} of before) for (const round of rounds) onRound(method, round);
    return before;
  }
  const judged: JudgedMethod[] = [];
  for (const outcome of await runBaseline(name, judges.setting)) judged.push(await judge(judges, outcome));
  known.set(key, judged);
  return judged;
}

function resultOf(
  trial: Trial,
  judged: readonly JudgedMethod[],
  groups: readonly UnscoredGroup[],
): Omit<TrialResult, "stateHash"> {
  const {point, seed} = trial;
  return {
    point,
    seed,
    results: judged.flatMap((method) => rowsOf(trial, method, groups)),
    rounds: judged.flatMap(({method, rounds, work: {on}}) =>
      rounds.map((round) => ({point, seed, method, ...round, on})),
    ),
    work: judged.map(({method, work}) => ({point, seed, method, ...work})),
    scores: judged.map(({method, groups: scored}) => ({method, groups: scored})),
  };
}

/**
 * Runs all methods of a trial: the network, then the baselines. Their models score all test patients once, at
 * the end. If a method diverges or stalls, its rows say so and the others continue.
 * @param known baselines that need not be trained again; those trained here are added
 * @throws {CodedError} SIMULATION_*; the signal's reason when it aborts
 */
export async function runTrial(trial: Trial, known: KnownBaselines, onRound: OnRound): Promise<TrialResult> {
  const {experiment, cohort, pool, seed} = trial;
  const [site] = cohort.sites;
  if (site === undefined) throw new CodedError("SIMULATION_NOBODY_TRAINS", "the cohort has no site");
  // Scoring needs a model, but none of the rows with which the trainer was opened.
  const trainer = await pool.open(site.name, site.split.train, {seed});
  const scorer = new Scorer(trial, trainer);
  const setting: MethodSetting = {trial, monitor: createMonitor(trial, scorer), onRound};
  const judges = {scorer, setting};
  try {
    const network = await runGossip(GOSSIP, setting);
    const judged = [await judge(judges, network)];
    if (experiment.attacks.length > 0) {
      const harmless = {...trial, experiment: {...experiment, attacks: []}};
      judged.push(await judge(judges, await runGossip(UNATTACKED, {...setting, trial: harmless})));
    }
    const ofBaselines = {scorer, setting: {...setting, exchanges: exchangesOf(trial, network)}};
    for (const name of experiment.baselines) judged.push(...(await judgedBaseline(name, ofBaselines, known)));
    return {...resultOf(trial, judged, scorer.groups()), stateHash: network.stateHash};
  } finally {
    await trainer.close();
  }
}
