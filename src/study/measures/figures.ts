import type {MetricName} from "../../config/index.ts";
import {createRandom} from "../../core/index.ts";
import {
  accuracy,
  auroc,
  averagePrecision,
  bootstrapInterval,
  brierScore,
  concordanceIndex,
  concordanceInterval,
  delong,
  type Interval,
  logLoss,
  type ScoredSurvival,
  type Statistic,
} from "../../evaluation/index.ts";
import type {CohortKind} from "../../simulation/index.ts";
import type {ScoredGroup} from "./scored-group.ts";

/** Metrics of a kind of cohort. Others are refused. */
export const METRICS_OF: Readonly<Record<CohortKind, readonly MetricName[]>> = {
  binary: ["auroc", "auprc", "accuracy", "brier", "log-loss"],
  classes: ["accuracy"],
  survival: ["c-index"],
};

const STATISTICS: Readonly<Partial<Record<MetricName, Statistic>>> = {
  auroc,
  auprc: averagePrecision,
  accuracy: (labels, scores) => accuracy(labels, scores)?.value ?? null,
  brier: brierScore,
  "log-loss": logLoss,
};

type Patients = Pick<ScoredGroup, "labels" | "scores" | "times">;

/**
 * Converts a group for a statistic of two classes. With more classes every label becomes 1, and the score is
 * 1 if the patient's class was found, otherwise 0.
 */
export function twoClasses(
  kind: CohortKind,
  {labels, scores}: Patients,
): Pick<ScoredGroup, "labels" | "scores"> {
  if (kind !== "classes") return {labels, scores};
  return {
    labels: labels.map(() => 1),
    scores: scores.map((score, patient) => (score === labels[patient] ? 1 : 0)),
  };
}

/** Returns the survival of a group of patients, and their risks. */
export function survivalOf({times = [], labels, scores}: Patients): ScoredSurvival {
  return {times, events: labels, scores};
}

/** Computes a metric on a group of patients; null if it is undefined. */
export function figureOf(metric: MetricName, kind: CohortKind, group: Patients): number | null {
  if (metric === "c-index") return concordanceIndex(survivalOf(group));
  const statistic = STATISTICS[metric];
  const {labels, scores} = twoClasses(kind, group);
  return statistic === undefined || labels.length === 0 ? null : statistic(labels, scores);
}

/**
 * Computes a metric with its 95 % interval over patients: DeLong's for the AUROC, Wilson's for the accuracy,
 * otherwise the bootstrap's. Its draws depend only on seed and group, so they are the same for all methods.
 */
export function intervalOf(
  metric: MetricName,
  kind: CohortKind,
  group: ScoredGroup,
  seed: number,
): Interval | null {
  const random = createRandom({seed, site: group.test, round: 0, purpose: "bootstrap"});
  if (metric === "c-index") return concordanceInterval(survivalOf(group), random);
  const {labels, scores} = twoClasses(kind, group);
  const statistic = STATISTICS[metric];
  if (labels.length === 0 || statistic === undefined) return null;
  if (metric === "accuracy") return accuracy(labels, scores);
  if (metric === "auroc") return delong(labels, scores);
  return bootstrapInterval({labels, scores, statistic, random});
}
