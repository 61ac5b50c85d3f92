export {
  createLocalExperiment,
  inThreads,
  type LocalExperiment,
  scorePatients,
  type TrainedModel,
  type TrainingPlan,
} from "./baselines/experiment.ts";
export {type FedAvgModel, trainFedAvg} from "./baselines/train-fed-avg.ts";
export {trainLocal} from "./baselines/train-local.ts";
export {trainPooled} from "./baselines/train-pooled.ts";
export type {CohortQuery} from "./cohort/cohort-query.ts";
export {drawModes, type ModesSpec} from "./cohort/modes.ts";
export {openCohort} from "./cohort/open-cohort.ts";
export {
  BASELINE_NAMES,
  dPsgdName,
  GOSSIP,
  isDPsgd,
  isExternalTest,
  localName,
  POOLED_TEST,
  roundWord,
  UNATTACKED,
} from "./names.ts";
export {type CsvCell, csvText} from "./outputs/csv-text.ts";
export {equalScoresOf, equalScoresText} from "./outputs/equal-scores.ts";
export {METRIC_FACTS, type MetricFacts, mainMetric} from "./outputs/metric-facts.ts";
export {type Point, pointCell, pointKey, pointText, sweptKeys} from "./outputs/point-columns.ts";
export {resultsCsv, roundsCsv} from "./outputs/results-csv.ts";
export {
  type ComparedFigure,
  compareStudies,
  type DifferentSetting,
  type StudyComparison,
  settingDifferences,
} from "./outputs/study-comparison.ts";
export {environmentJson, parseSummary, summaryJson} from "./outputs/summary.ts";
export {parseTrial, trialTooLarge} from "./outputs/trial-schema.ts";
export {type Unfinished, unfinishedOf, unfinishedText} from "./outputs/unfinished.ts";
export {valueText} from "./outputs/value-text.ts";
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
} from "./results.ts";
export {type SimulateOptions, type StudyProgress, simulate} from "./simulate.ts";
export {isTrialOf} from "./study-cells.ts";
export type {TrialResult} from "./trial-result.ts";
