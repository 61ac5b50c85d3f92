export {applyRobustRule} from "./apply.ts";
export {median} from "./median.ts";
export {mixRobustly, type RobustMixture} from "./mix-robustly.ts";
export {LEAST_ROBUST_MEMBERS, leastVectors, robustRuleFault} from "./requirement.ts";
export {rowsOf} from "./rows.ts";
export type {
  LeftOutReason,
  RobustOutcome,
  RobustRule,
  RobustRuleName,
  RobustVector,
  UsedReason,
  Verdict,
} from "./rules.ts";
export {type Sample, sampleBound} from "./sample-bound.ts";
export {normLimit} from "./screening.ts";
export {votedWeightCap} from "./weight-cap.ts";
