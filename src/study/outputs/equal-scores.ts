import type {ResultRow} from "../results.ts";

/** A method that gives all patients of a group the same score, at some seeds. */
export interface EqualScores {
  readonly method: string;
  readonly test: string;
  readonly seeds: number;
}

/**
 * Lists methods whose scores are all equal. Only then a rank figure is a half, with an interval that is a
 * half at both ends, in every draw of patients. Other metrics do not show it.
 */
export function equalScoresOf(rows: readonly ResultRow[]): readonly EqualScores[] {
  const found = new Map<string, EqualScores>();
  for (const {method, test, metric, value, low, high} of rows) {
    if (metric !== "auroc" && metric !== "c-index") continue;
    if (value !== 0.5 || low !== 0.5 || high !== 0.5) continue;
    const key = JSON.stringify([method, test]);
    found.set(key, {method, test, seeds: (found.get(key)?.seeds ?? 0) + 1});
  }
  return [...found.values()];
}

/** Describes such scores, as `FedAvg gives all patients of Pooled Test the same score (2 of 5 seeds)`. */
export function equalScoresText({method, test, seeds}: EqualScores, all: number): string {
  return `${method} gives all patients of ${test} the same score (${seeds} of ${all} ${all === 1 ? "seed" : "seeds"}): it tells none of them apart.`;
}
