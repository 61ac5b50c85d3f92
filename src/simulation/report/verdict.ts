import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import type {MethodComparison} from "../study/results.ts";
import {countOf} from "./words.ts";

/** What an interval says of the network beside a baseline. */
export type Verdict = "better" | "non-inferior" | "not shown" | "inferior";

/**
 * What a comparison has shown: better when all of the interval is on the better side of 0, inferior when all of it is
 * beyond the margin on the other side, not shown when it holds the margin. A network that diverges at more seeds than
 * the baseline is inferior, whatever it does at the others; beside a baseline that has a model at no seed it is better.
 */
export function verdictOf(row: MethodComparison): Verdict {
  const {metric, low, high, margin, isNonInferior, divergedSeeds, baselineDivergedSeeds} = row;
  if (divergedSeeds > 0) return divergedSeeds > baselineDivergedSeeds ? "inferior" : "not shown";
  if (low === null || high === null) return isNonInferior ? "better" : "not shown";
  const [worst, best] = METRIC_FACTS[metric].better === "higher" ? [low, high] : [-high, -low];
  if (worst > 0) return "better";
  if (isNonInferior) return "non-inferior";
  return best < -margin ? "inferior" : "not shown";
}

/** Who diverged in a comparison, in words; null where nobody did. */
export function divergedText(row: MethodComparison): string | null {
  const who = [
    ...(row.divergedSeeds === 0 ? [] : [`network diverged at ${countOf(row.divergedSeeds, "seed")}`]),
    ...(row.baselineDivergedSeeds === 0 ? [] : [`baseline at ${row.baselineDivergedSeeds}`]),
  ];
  if (row.divergedSeeds === 0 && who.length > 0)
    return `baseline diverged at ${countOf(row.baselineDivergedSeeds, "seed")}`;
  return who.length === 0 ? null : who.join(", ");
}

/** What each verdict means, as reports explain it. */
export const VERDICT_MEANING: Readonly<Record<Verdict, string>> = {
  better: "all of the interval favours the network, or the baseline diverged at every seed",
  "non-inferior": "no value in the interval is worse than the margin",
  "not shown": "the interval reaches beyond the margin, or both diverged, so nothing is shown either way",
  inferior: "all of the interval is worse than the margin, or the network diverged at more seeds",
};
