import {METRIC_FACTS} from "../outputs/metric-facts.ts";
import type {MethodComparison} from "../study/results.ts";

/** What an interval says of the network beside a baseline. */
export type Verdict = "better" | "non-inferior" | "not shown" | "inferior";

/**
 * What a comparison has shown: better when all of the interval is on the better side of 0, inferior when all of it is
 * beyond the margin on the other side, not shown when it holds the margin.
 */
export function verdictOf({metric, low, high, margin, isNonInferior}: MethodComparison): Verdict {
  const [worst, best] = METRIC_FACTS[metric].better === "higher" ? [low, high] : [-high, -low];
  if (worst > 0) return "better";
  if (isNonInferior) return "non-inferior";
  return best < -margin ? "inferior" : "not shown";
}

/** What each verdict means, as reports explain it. */
export const VERDICT_MEANING: Readonly<Record<Verdict, string>> = {
  better: "all of the interval favours the network",
  "non-inferior": "no value in the interval is worse than the margin",
  "not shown": "the interval reaches beyond the margin, so nothing is shown either way",
  inferior: "all of the interval is worse than the margin",
};
