import {createRandom, present} from "../../core/index.ts";
import {joinMatrices, type PatientMatrix, type Standardiser} from "../../data/index.ts";
import {evaluateScores} from "../../evaluation/index.ts";
import {type FinalModel} from "../../node/index.ts";
import {ownStandardiser} from "../../participant/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {
  type LocalExperiment,
  scorePatients,
  type TrainedModel,
  trainLocal,
  trainPooled,
} from "../../study/index.ts";
import type {Comparison, Figures, RunReport} from "./report.ts";
import type {ModelScores} from "./scores.ts";

/** A site with the model it trained alone. */
export interface Member extends SiteData {
  readonly local: TrainedModel;
}

/** The models with which the gossip model is compared. */
export interface Baselines {
  readonly members: readonly Member[];
  readonly pooled: TrainedModel;
}

/** Trains each site alone, and all sites' rows in one place. */
export async function trainBaselines(
  experiment: LocalExperiment,
  sites: readonly SiteData[],
): Promise<Baselines> {
  const training = sites.map(async (site) => ({...site, local: await trainLocal(experiment, site)}));
  const [pooled, ...members] = await Promise.all([trainPooled(experiment, sites), ...training]);
  return {members, pooled};
}

/** Models to compare. */
export interface Contest {
  readonly experiment: LocalExperiment;
  readonly baselines: Baselines;
  readonly evaluators: readonly SiteData[];
  readonly final: FinalModel;
}

/** Patients on whom models are compared. */
interface Group {
  /** Raw values. */
  readonly rows: PatientMatrix;
  /**
   * Name that decides the bootstrap draws; it is equal for all models, which are compared on the same draws.
   */
  readonly name: string;
  /** Name of the group in the scores. */
  readonly test: string;
  /** Scaling of these patients for a gossip model that carries none. */
  readonly scaling: Standardiser;
}

/** Models to judge, and the scores of those judged so far. */
interface Judging extends Contest {
  readonly kept: ModelScores[];
}

/** Computes the figures of one model on a group; keeps the scores behind them. */
function figuresOf(
  {experiment, kept}: Judging,
  {model, trained}: {readonly model: string; readonly trained: TrainedModel},
  {rows, name, test}: Group,
): Figures {
  const {labels, scores} = rows.n === 0 ? {labels: [], scores: []} : scorePatients(experiment, trained, rows);
  kept.push({test, model, labels: Array.from(labels, asLabel), scores: Array.from(scores)});
  const random = createRandom({seed: experiment.plan.seed, site: name, round: 0, purpose: "bootstrap"});
  const {auroc, auprc, accuracy, brier, logLoss} = evaluateScores({labels, scores, random});
  return {auroc, auprc, accuracy, brier, log_loss: logLoss};
}

const LABELS = [0, 1] as const;

const asLabel = (label: number): 0 | 1 => present(LABELS[label], "a label that is 0 or 1");

function localFigures(judging: Judging, {name, local}: Member, group: Group): Figures {
  return figuresOf(judging, {model: `local ${name}`, trained: local}, group);
}

function commonFigures(judging: Judging, group: Group) {
  const {baselines, final} = judging;
  const {parameters, standardiser} = final;
  const gossip = {parameters, standardiser: standardiser ?? group.scaling};
  return {
    gossip: figuresOf(judging, {model: "gossip", trained: gossip}, group),
    pooled: figuresOf(judging, {model: "pooled", trained: baselines.pooled}, group),
  };
}

/** Figures of every local model, the gossip model and the pooled model on one group of patients. */
function compareOn(judging: Judging, group: Group): Comparison {
  const {members} = judging.baselines;
  const local = members.map((member) => [member.name, localFigures(judging, member, group)]);
  return {local: Object.fromEntries(local), ...commonFigures(judging, group)};
}

/** The result of {@link compare}: figures, and the scores from which they are computed. */
export interface Judged {
  readonly figures: Pick<RunReport, "sites" | "pooled_test" | "external">;
  readonly scores: readonly ModelScores[];
}

/**
 * Compares local, gossip and pooled models on each site's test patients, on all of them together, and on each
 * external site. A local or pooled model scales patients by the statistics with which it was trained. A
 * gossip model scales them by the common statistics that it carries. If instead each site has its own, it
 * uses those of the site (of an external one, its own patients'), and on all patients together the pooled
 * ones, as FLamby does.
 */
export function compare(contest: Contest): Judged {
  const {baselines, evaluators} = contest;
  const judging = {...contest, kept: []};
  const sites = baselines.members.map((member) => {
    const {name, split} = member;
    const scaling = ownStandardiser(split.train);
    const group = {rows: split.test, name, test: name, scaling};
    return {
      name,
      n_train: split.train.patients,
      n_test: split.test.patients,
      local: localFigures(judging, member, group),
      ...commonFigures(judging, group),
    };
  });
  const rows = joinMatrices(baselines.members.map(({split}) => split.test));
  const pooled = {rows, name: "", test: "pooled_test", scaling: baselines.pooled.standardiser};
  const together = compareOn(judging, pooled);
  const external = evaluators.map(({name, split: {test}}) => {
    const scaling = ownStandardiser(test);
    const group = {rows: test, name, test: `external ${name}`, scaling};
    return {name, n: test.patients, ...compareOn(judging, group)};
  });
  return {figures: {sites, pooled_test: together, external}, scores: judging.kept};
}
