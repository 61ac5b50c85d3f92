import type {MetricName} from "../../config/index.ts";

/** How a metric is shown and judged. */
export interface MetricFacts {
  readonly label: string;
  /** Which way is better. */
  readonly better: "higher" | "lower";
  /** How the patient interval of a single model comes about. */
  readonly interval: string;
}

/** All metrics of experiment files. */
export const METRIC_FACTS: Readonly<Record<MetricName, MetricFacts>> = {
  auroc: {label: "AUROC", better: "higher", interval: "DeLong"},
  auprc: {label: "AUPRC", better: "higher", interval: "bootstrap"},
  accuracy: {label: "Accuracy", better: "higher", interval: "Wilson"},
  brier: {label: "Brier score", better: "lower", interval: "bootstrap"},
  "log-loss": {label: "Log-loss", better: "lower", interval: "bootstrap"},
  "c-index": {label: "C-index", better: "higher", interval: "bootstrap"},
};
