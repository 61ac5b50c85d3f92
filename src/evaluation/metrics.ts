import type {Random} from "../core/index.ts";
import {accuracy} from "./accuracy.ts";
import {delong} from "./auroc.ts";
import {averagePrecision} from "./average-precision.ts";
import {bootstrapInterval, type Statistic} from "./bootstrap.ts";
import type {Interval} from "./distributions/interval.ts";
import {checkProbabilities} from "./scored-patients.ts";
import {brierScore, logLoss} from "./scoring-rules.ts";

/** Figures of a binary classifier on a group of patients; plain JSON, null if a figure is undefined. */
export interface Metrics {
  /** Number of patients. */
  readonly n: number;
  /** Number of patients labelled 1. */
  readonly positives: number;
  /** Area under the ROC curve, DeLong interval; null if a class is absent. */
  readonly auroc: Interval | null;
  /** Average precision, bootstrap interval; null if a class is absent. */
  readonly auprc: Interval | null;
  /** Share classified correctly at 0.5, Wilson interval; null without patients. */
  readonly accuracy: Interval | null;
  /** Brier score, bootstrap interval; null without patients. */
  readonly brier: Interval | null;
  /** Log-loss in nats, bootstrap interval; null without patients. */
  readonly logLoss: Interval | null;
}

/** Input of {@link evaluateScores}; one entry a patient, never a tile or a slide. */
export interface ScoredPatients {
  /** 0 or 1 for each patient, `[n]`. */
  readonly labels: ArrayLike<number>;
  /** Probability of label 1, 0 .. 1, `[n]`. */
  readonly scores: ArrayLike<number>;
  /** Decides the bootstrap samples. */
  readonly random: Random;
}

/**
 * Computes all figures of a binary classifier with 95 % intervals. Equal patients and equal streams of
 * randomness give equal intervals, whatever the order of the patients.
 *
 * @throws EVALUATION_LENGTH_MISMATCH, EVALUATION_NOT_BINARY, EVALUATION_NOT_FINITE,
 * EVALUATION_NOT_PROBABILITY
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {createRandom} from "consilium/core";
 * import {evaluateScores} from "consilium/evaluation";
 *
 * const random = createRandom({seed: 42, site: "", round: 0, purpose: "bootstrap"});
 * const labels = [0, 0, 1, 1];
 * const {auroc, accuracy} = evaluateScores({labels, scores: [0.1, 0.4, 0.35, 0.8], random});
 * assert.deepEqual([auroc?.value, accuracy?.value], [0.75, 0.75]);
 * ```
 */
export function evaluateScores({labels, scores, random}: ScoredPatients): Metrics {
  const positives = checkProbabilities(labels, scores);
  const area = delong(labels, scores);
  const bootstrap = (statistic: Statistic) => bootstrapInterval({labels, scores, statistic, random});
  return {
    n: labels.length,
    positives,
    auroc: area === null ? null : {value: area.value, low: area.low, high: area.high},
    auprc: bootstrap(averagePrecision),
    accuracy: accuracy(labels, scores),
    brier: bootstrap(brierScore),
    logLoss: bootstrap(logLoss),
  };
}
