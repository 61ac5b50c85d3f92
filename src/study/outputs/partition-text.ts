import type {ExperimentData} from "../../config/index.ts";
import {valueText} from "./value-text.ts";

/**
 * Describes how an experiment's patients are dealt to its nodes, such as `dirichlet, nodes 12, minimum 10,
 * alpha 0.3`.
 */
export function partitionText(data: ExperimentData): string {
  return data.source === "cohorts" ? "natural" : valueText(data.partition);
}
