import {fromUnitRange, meanOf, squaredDeviationOf, toUnitRange} from "../data/index.ts";
import type {LocalFacts} from "./local-facts.ts";
import type {FinishedWork} from "./local-work.ts";
import type {LocalTask} from "./own-round.ts";
import {releaseWork} from "./release-work.ts";
import type {Stage} from "./stages.ts";

function statistics(
  {site: {features, split}}: LocalFacts,
  kind: Exclude<Stage["kind"], "training">,
  reference: Float32Array,
): Float32Array {
  if (kind === "mean") return toUnitRange(meanOf(split.train), "mean", features);
  const mean = fromUnitRange(reference.subarray(features.length, 2 * features.length), "mean", features);
  return toUnitRange(squaredDeviationOf(split.train, mean), "squaredDeviation", features);
}

/** The site's work in a round of statistics. @throws PRIVACY_* */
export function statisticsWork(
  facts: LocalFacts,
  kind: Exclude<Stage["kind"], "training">,
  {certified, round}: LocalTask,
): FinishedWork {
  const {codec, reference} = facts.stages.specOf(round, certified);
  const update = statistics(facts, kind, reference);
  // Each statistic lies in [0, 1] by its declared range, which is its bound instead of the plan's.
  const clipNorm = Math.sqrt(facts.site.features.length);
  const {release, isClipped} = releaseWork(facts, {round, update, codec, clipNorm});
  return {round, release, update, base: null, ifUsed: {keptBack: null, state: null}, loss: null, isClipped};
}
