import {GOSSIP, type MethodComparison, pointKey, type ResultRow} from "../study/index.ts";
import {lostWords} from "./result-groups.ts";
import {countOf} from "./words.ts";

/** The verdict of an interval on the network compared with a baseline. */
export type ComparisonVerdict = "better" | "non-inferior" | "not shown" | "inferior" | "no comparison";

/** Returns the verdict of a comparison in the words of reports. */
export function comparisonVerdict({outcome}: MethodComparison): ComparisonVerdict {
  switch (outcome) {
    case "not-shown":
      return "not shown";
    case "no-comparison":
      return "no comparison";
    default:
      return outcome;
  }
}

/**
 * Explains why there is no comparison: which method diverged or stalled, and at how many seeds; null if both
 * have a model at every seed.
 */
export function lostText(
  {baseline, test, point, divergedSeeds, baselineDivergedSeeds}: MethodComparison,
  results: readonly ResultRow[],
): string | null {
  const key = pointKey(point);
  const of = (method: string, name: string, seeds: number): readonly string[] => {
    if (seeds === 0) return [];
    const own = results.filter(
      (row) => row.method === method && row.test === test && pointKey(row.point) === key,
    );
    return [`${name} ${lostWords(own)} at ${countOf(seeds, "seed")}`];
  };
  const who = [...of(GOSSIP, "network", divergedSeeds), ...of(baseline, "baseline", baselineDivergedSeeds)];
  return who.length === 0 ? null : who.join(", ");
}

/** The meaning of each verdict, as explained in reports. */
export const VERDICT_MEANING: Readonly<Record<ComparisonVerdict, string>> = {
  better: "all of the interval favours the network",
  "non-inferior": "no value in the interval is worse than the margin",
  "not shown": "the interval reaches beyond the margin, so nothing is shown either way",
  inferior: "all of the interval is worse than the margin",
  "no comparison":
    "the network or the baseline diverged or stalled at a seed, so there is nothing to compare",
};
