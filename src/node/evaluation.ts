import type {Plan} from "../consortium/index.ts";
import {createRandom} from "../core/index.ts";
import type {PatientMatrix} from "../data/index.ts";
import {delong, evaluateScores, type Interval, logLoss, type Metrics} from "../evaluation/index.ts";
import type {Certified} from "../gossip/index.ts";
import {type PatientScores, patientLabels} from "./patient-scores.ts";
import type {RoundWork} from "./round-work.ts";

const SMALLEST_DISCLOSED_CLASS = 10;

/** How a certified model does on this site's validation patients. */
export interface Validation {
  readonly round: number;
  readonly n: number;
  /** Null where it is undefined, or withheld because a class has fewer than 10 patients. */
  readonly auroc: Interval | null;
  readonly logLoss: number | null;
}

/**
 * Class-dependent figures of fewer than 10 patients of a class are shown only where the plan declares the data
 * public: two such figures a round apart can tell one patient's label.
 */
function mayShow(labels: Uint8Array, plan: Plan): boolean {
  if (plan.privacy.disclosure === "public") return true;
  const positives = labels.reduce((sum, label) => sum + label, 0);
  return Math.min(positives, labels.length - positives) >= SMALLEST_DISCLOSED_CLASS;
}

/** Whether figures that depend on the labels of `rows`, such as a loss, may be shown. */
export function mayShowLabelsOf(rows: PatientMatrix, plan: Plan): boolean {
  return mayShow(patientLabels(rows), plan);
}

/** Scores a part of the site's patients with a certified model. */
async function scoresOf(work: RoundWork, certified: Certified, rows: PatientMatrix): Promise<PatientScores> {
  return {labels: patientLabels(rows), scores: await work.score(certified, rows)};
}

/** The certified model on the site's validation patients; null without any. */
export async function validate(
  {work, plan}: {readonly work: RoundWork; readonly plan: Plan},
  certified: Certified,
  rows: PatientMatrix,
): Promise<Validation | null> {
  if (rows.n === 0) return null;
  const scored = await scoresOf(work, certified, rows);
  const {round} = certified.certificate.body;
  if (!mayShow(scored.labels, plan)) return {round, n: rows.patients, auroc: null, logLoss: null};
  const auroc = delong(scored.labels, scored.scores);
  return {
    round,
    n: rows.patients,
    auroc: auroc === null ? null : {value: auroc.value, low: auroc.low, high: auroc.high},
    logLoss: logLoss(scored.labels, scored.scores),
  };
}

/** The final model on the site's test patients; null where the figures are withheld, or without any. */
export async function evaluateTest(
  {work, plan, site}: {readonly work: RoundWork; readonly plan: Plan; readonly site: string},
  certified: Certified,
  rows: PatientMatrix,
): Promise<Metrics | null> {
  if (rows.n === 0) return null;
  const scored = await scoresOf(work, certified, rows);
  const random = createRandom({seed: plan.seed, site, round: 0, purpose: "bootstrap"});
  return mayShow(scored.labels, plan) ? evaluateScores({...scored, random}) : null;
}
