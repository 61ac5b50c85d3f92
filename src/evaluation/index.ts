export {accuracy} from "./accuracy.ts";
export {
  auroc,
  type DeLong,
  delong,
  delongPaired,
  type PairedDeLong,
} from "./auroc.ts";
export {averagePrecision} from "./average-precision.ts";
export {type BootstrapInput, bootstrapInterval, type Statistic} from "./bootstrap.ts";
export {
  concordanceIndex,
  concordanceInterval,
  concordanceOfRows,
  type ScoredSurvival,
} from "./concordance.ts";
export {delongPairedOverSeeds, type PairedScores} from "./delong-over-seeds.ts";
export type {Interval} from "./distributions/interval.ts";
export {normalQuantile} from "./distributions/normal.ts";
export type {EvaluationErrorCode} from "./errors.ts";
export {holm} from "./holm.ts";
export {type FigureRange, meanOverSeeds, type SeedSummary} from "./mean-over-seeds.ts";
export {evaluateScores, type Metrics, type ScoredPatients} from "./metrics.ts";
export {
  type DrawnFigure,
  drawFigures,
  isNonInferior,
  type PairedDifference,
  type PairedDifferenceInput,
  type PairedSeed,
  pairedDifference,
} from "./paired-difference.ts";
export {
  aurocOfRows,
  meanOfRows,
  ROW_STATISTICS,
  type RowStatistic,
  type RowStatisticMaker,
} from "./row-statistics.ts";
export {brierScore, logLoss} from "./scoring-rules.ts";
