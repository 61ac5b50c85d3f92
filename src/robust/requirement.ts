import {CodedError} from "../core/index.ts";
import type {RobustRule, RobustRuleName} from "./rules.ts";

/**
 * Least number of members for robust aggregation; with fewer it is theatre, since it withstands only one bad
 * member, or one that looks bad.
 */
export const LEAST_ROBUST_MEMBERS = 7;

/**
 * The fewest vectors from which `rule` withstands its `faulty` bad ones. Krum and multi-Krum need 2f + 3, the
 * others 2f + 1, because their honest vectors must be more than half.
 */
export function leastVectors(rule: Pick<RobustRule, "rule" | "faulty">): number {
  return 2 * rule.faulty + margin(rule);
}

/** The greatest number of bad vectors among `count` that `rule` withstands, at most its own `faulty`. */
export function faultyAmong(rule: RobustRule, count: number): number {
  return Math.min(rule.faulty, Math.max(0, Math.floor((count - margin(rule)) / 2)));
}

/**
 * Says why `members` members cannot run under `rule`, or returns undefined if they can; checked when a plan
 * is made. Below seven members robust aggregation is theatre. It may withstand one bad member, but each
 * honest one is then so large a part that a peculiarity of its patients and a fault look alike.
 */
export function robustRuleFault(members: number, rule: RobustRule): string | undefined {
  if (!Number.isSafeInteger(rule.faulty) || rule.faulty < 0) return "faulty is not a whole number of members";
  const least = leastVectors(rule);
  if (members >= least) return undefined;
  return `${rule.rule} with ${rule.faulty} faulty needs ${least} members, of which there are ${members}`;
}

/** @throws GOSSIP_ROBUST_TOO_FEW if `count` vectors are too few for `rule` */
export function requireVectors(count: number, rule: RobustRule): void {
  const fault = robustRuleFault(count, rule);
  if (fault === undefined) return;
  throw new CodedError("GOSSIP_ROBUST_TOO_FEW", fault, {
    data: {count, faulty: rule.faulty, rule: rule.rule},
    hint: "Lower mixing.robust.faulty in the plan, or wait for more members.",
  });
}

/** The number of vectors that a rule needs beyond two for each bad one. */
const MARGINS: Readonly<Record<RobustRuleName, 1 | 3>> = {
  "trimmed-mean": 1,
  median: 1,
  "geometric-median": 1,
  krum: 3,
  "multi-krum": 3,
  "centred-clipping": 1,
  "self-centred-clipping": 1,
};

function margin({rule}: Pick<RobustRule, "rule">): number {
  return MARGINS[rule];
}
