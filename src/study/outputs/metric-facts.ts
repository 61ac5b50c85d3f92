import type {MetricName} from "../../config/index.ts";
import {at} from "../../core/index.ts";
import type {FigureRange} from "../../evaluation/index.ts";

/** Facts that decide how a metric is shown and judged. */
export interface MetricFacts {
  readonly label: string;
  /** The direction that is better. */
  readonly better: "higher" | "lower";
  /** The range of its values, which no interval leaves. */
  readonly range: FigureRange;
  /** The method of the patient interval of a single model. */
  readonly interval: string;
}

/** All metrics of experiment files. */
export const METRIC_FACTS: Readonly<Record<MetricName, MetricFacts>> = {
  auroc: {label: "AUROC", better: "higher", range: "unit", interval: "DeLong"},
  auprc: {label: "AUPRC", better: "higher", range: "unit", interval: "bootstrap"},
  accuracy: {label: "Accuracy", better: "higher", range: "unit", interval: "Wilson"},
  brier: {label: "Brier score", better: "lower", range: "unit", interval: "bootstrap"},
  "log-loss": {label: "Log-loss", better: "lower", range: "positive", interval: "bootstrap"},
  "c-index": {label: "C-index", better: "higher", range: "unit", interval: "bootstrap"},
};

/** The first of at least one metric. Methods are compared, drawn and watched by it. */
export function mainMetric({metrics}: {readonly metrics: readonly MetricName[]}): MetricName {
  return at(metrics, 0);
}
