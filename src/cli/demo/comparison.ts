import {createRandom} from "../../core/index.ts";
import {joinMatrices, type PatientMatrix, type Standardiser} from "../../data/index.ts";
import {evaluateScores} from "../../evaluation/index.ts";
import {type FinalModel, ownStandardiser} from "../../node/index.ts";
import {
  type Experiment,
  type SiteData,
  scorePatients,
  type TrainedModel,
  trainLocal,
  trainPooled,
} from "../../simulation/index.ts";
import type {Comparison, Figures, RunReport} from "./report.ts";

/** A site with the model it trained alone. */
export interface Member extends SiteData {
  readonly local: TrainedModel;
}

/** What the gossip model is compared with. */
export interface Baselines {
  readonly members: readonly Member[];
  readonly pooled: TrainedModel;
}

/** Trains each site alone, and all sites' rows in one place. */
export async function trainBaselines(experiment: Experiment, sites: readonly SiteData[]): Promise<Baselines> {
  const training = sites.map(async (site) => ({...site, local: await trainLocal(experiment, site)}));
  const [pooled, ...members] = await Promise.all([trainPooled(experiment, sites), ...training]);
  return {members, pooled};
}

/** Models to compare. */
export interface Contest {
  readonly experiment: Experiment;
  readonly baselines: Baselines;
  readonly evaluators: readonly SiteData[];
  readonly final: FinalModel;
}

/** Patients to compare models on. */
interface Group {
  /** Raw values. */
  readonly rows: PatientMatrix;
  /** Decides the bootstrap draws: equal for all models, so that they are compared on the same draws. */
  readonly name: string;
  /** How a gossip model that carries no scaling scales these patients. */
  readonly scaling: Standardiser;
}

function figuresOf(experiment: Experiment, trained: TrainedModel, {rows, name}: Group): Figures {
  const {labels, scores} = rows.n === 0 ? {labels: [], scores: []} : scorePatients(experiment, trained, rows);
  const random = createRandom({seed: experiment.plan.seed, site: name, round: 0, purpose: "bootstrap"});
  const {auroc, auprc, accuracy, brier, logLoss} = evaluateScores({labels, scores, random});
  return {auroc, auprc, accuracy, brier, log_loss: logLoss};
}

function commonFigures({experiment, baselines, final}: Contest, group: Group) {
  const {parameters, standardiser} = final;
  return {
    gossip: figuresOf(experiment, {parameters, standardiser: standardiser ?? group.scaling}, group),
    pooled: figuresOf(experiment, baselines.pooled, group),
  };
}

/** Every local model, the gossip model and the pooled model on one group of patients. */
function compareOn(contest: Contest, group: Group): Comparison {
  const {experiment, baselines} = contest;
  const local = baselines.members.map(({name, local}) => [name, figuresOf(experiment, local, group)]);
  return {local: Object.fromEntries(local), ...commonFigures(contest, group)};
}

/**
 * Local, gossip and pooled models on each site's test patients, on all of them together, and on each external site. A local or pooled model
 * scales patients by the statistics it was trained with; a gossip model by the common ones it carries or, where each
 * site has its own, by those of the site (of an external one, its own patients'), and on all patients together by the
 * pooled ones, as FLamby does.
 */
export function compare(contest: Contest): Pick<RunReport, "sites" | "pooled_test" | "external"> {
  const {experiment, baselines, evaluators} = contest;
  const sites = baselines.members.map(({name, split, local}) => {
    const scaling = ownStandardiser(split.train, experiment.features);
    const group = {rows: split.test, name, scaling};
    return {
      name,
      n_train: split.train.patients,
      n_test: split.test.patients,
      local: figuresOf(experiment, local, group),
      ...commonFigures(contest, group),
    };
  });
  const rows = joinMatrices(baselines.members.map(({split}) => split.test));
  const external = evaluators.map(({name, split: {test}}) => {
    const scaling = ownStandardiser(test, experiment.features);
    return {name, n: test.patients, ...compareOn(contest, {rows: test, name, scaling})};
  });
  const pooledTest = compareOn(contest, {rows, name: "", scaling: baselines.pooled.standardiser});
  return {sites, pooled_test: pooledTest, external};
}
