import type {Plan} from "../../consortium/index.ts";
import {createRandom} from "../../core/index.ts";
import type {PatientMatrix} from "../../data/index.ts";
import {delong, evaluateScores, type Interval, logLoss, type Metrics} from "../../evaluation/index.ts";
import type {Certified} from "../../rounds/index.ts";
import {type PatientScores, patientLabels} from "./patient-scores.ts";

const SMALLEST_DISCLOSED_CLASS = 10;

/** The performance of a certified model on this site's validation patients. */
export interface Validation {
  readonly round: number;
  readonly n: number;
  /** Null if it is undefined, or withheld because a class has fewer than 10 patients. */
  readonly auroc: Interval | null;
  readonly logLoss: number | null;
}

/**
 * Tells whether class-dependent figures may be shown. If a class has fewer than 10 patients, they are shown
 * only if the plan declares the data public: two such figures a round apart can reveal one patient's label.
 */
function mayShow(labels: Uint8Array, plan: Plan): boolean {
  if (plan.privacy.disclosure === "public") return true;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return Math.min(positives, labels.length - positives) >= SMALLEST_DISCLOSED_CLASS;
}

/** Tells whether figures that depend on the labels of `rows`, such as a loss, may be shown. */
export function mayShowLabelsOf(rows: PatientMatrix, plan: Plan): boolean {
  return mayShow(patientLabels(rows), plan);
}

/** The means to evaluate a certified model on the site's patients. */
export interface Scoring {
  readonly plan: Plan;
  /** Probability of label 1 for each patient of `rows`, `[patients]`. */
  score(certified: Certified, rows: PatientMatrix): Promise<Float32Array>;
}

/** Scores a part of the site's patients with a certified model. */
async function scoresOf({score}: Scoring, certified: Certified, rows: PatientMatrix): Promise<PatientScores> {
  return {labels: patientLabels(rows), scores: await score(certified, rows)};
}

/** Evaluates the certified model on the site's validation patients; null without any. */
export async function validate(
  scoring: Scoring,
  certified: Certified,
  rows: PatientMatrix,
): Promise<Validation | null> {
  if (rows.n === 0) return null;
  const scored = await scoresOf(scoring, certified, rows);
  const {round} = certified.certificate.body;
  if (!mayShow(scored.labels, scoring.plan)) return {round, n: rows.patients, auroc: null, logLoss: null};
  const auroc = delong(scored.labels, scored.scores);
  return {
    round,
    n: rows.patients,
    auroc: auroc === null ? null : {value: auroc.value, low: auroc.low, high: auroc.high},
    logLoss: logLoss(scored.labels, scored.scores),
  };
}

/**
 * Evaluates the final model on the site's test patients; null without any, or if the figures are withheld.
 */
export async function evaluateTest(
  {site, ...scoring}: Scoring & {readonly site: string},
  certified: Certified,
  rows: PatientMatrix,
): Promise<Metrics | null> {
  if (rows.n === 0) return null;
  const scored = await scoresOf(scoring, certified, rows);
  const random = createRandom({seed: scoring.plan.seed, site, round: 0, purpose: "bootstrap"});
  return mayShow(scored.labels, scoring.plan) ? evaluateScores({...scored, random}) : null;
}
