export {alieZ} from "./attacks/alie.ts";
export {attackVector} from "./attacks/attack-vector.ts";
export type {Attack, AttackView, Update} from "./attacks/attacks.ts";
export {
  createExperiment,
  type Experiment,
  inThreads,
  scorePatients,
  type TrainedModel,
  type TrainingPlan,
} from "./baselines/experiment.ts";
export {readExternalSites, readSites, type SiteData, type SitesQuery} from "./baselines/site-data.ts";
export {type FedAvgModel, trainFedAvg} from "./baselines/train-fed-avg.ts";
export {trainLocal} from "./baselines/train-local.ts";
export {trainPooled} from "./baselines/train-pooled.ts";
export type {Cohort, CohortKind} from "./cohort/cohort.ts";
export type {CohortQuery} from "./cohort/cohort-query.ts";
export {drawModes, type ModesSpec} from "./cohort/modes.ts";
export {openCohort} from "./cohort/open-cohort.ts";
export type {NetworkIdentity} from "./engine/network.ts";
export type {HeldModels, NetworkOutcome, NetworkRound, RoundHook} from "./engine/network-outcome.ts";
export {type NetworkHooks, runNetwork} from "./engine/run-network.ts";
export {
  openTrainerPool,
  type TrainerPool,
  type TrainerPoolOptions,
  type TrainingChanges,
} from "./engine/trainer-pool.ts";
export type {SimulationErrorCode} from "./errors.ts";
export {equalScoresOf, equalScoresText} from "./outputs/equal-scores.ts";
export {METRIC_FACTS, type MetricFacts, mainMetric} from "./outputs/metric-facts.ts";
export {pointText} from "./outputs/point-columns.ts";
export {
  type ComparedFigure,
  compareStudies,
  type DifferentSetting,
  type StudyComparison,
  settingDifferences,
} from "./outputs/study-comparison.ts";
export {studyFiles} from "./outputs/study-files.ts";
export {parseSummary} from "./outputs/summary.ts";
export {parseTrial, trialTooLarge} from "./outputs/trial-schema.ts";
export {unfinishedOf, unfinishedText} from "./outputs/unfinished.ts";
export {type ReplayReport, replayTrace} from "./replay/replay-trace.ts";
export type {Moment} from "./replay/timeline.ts";
export {atPoint, pointsOf} from "./report/result-groups.ts";
export {isExternalTest, POOLED_TEST, roundWord} from "./study/names.ts";
export type {
  ComparisonOutcome,
  Environment,
  MethodComparison,
  MonitoredPart,
  ResultRow,
  RoundRow,
  Runtime,
  SiteRow,
  StudyResults,
  TargetRow,
  WorkRow,
} from "./study/results.ts";
export {type SimulateOptions, type StudyProgress, simulate} from "./study/simulate.ts";
export {isTrialOf} from "./study/study-cells.ts";
export type {Trial} from "./study/trial.ts";
export type {TrialResult} from "./study/trial-result.ts";
export {faultPointOf, faultsAt, type PlannedFault} from "./world/fault-points.ts";
export {type LinkModel, logNormalLatency, PLAIN_LINK, uniformLatency} from "./world/link-model.ts";
export type {AnnouncedTraining, Fault, WorldOptions} from "./world/options.ts";
export {World} from "./world/world.ts";
