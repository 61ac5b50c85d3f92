import {votedWeightCap} from "../robust/index.ts";
import type {Plan} from "./plan.ts";

/**
 * Largest number of patients that a site counts as: the number in the plan, or the result of the plan's
 * votes. A site that approves the plan's hash approves the votes in it, its own among them.
 */
export function weightCap({weights: {cap}}: Pick<Plan, "weights">): number {
  return typeof cap === "number" ? cap : votedWeightCap(cap.votes.map(({patients}) => patients));
}

/** Names of the sites whose votes on the cap are in the plan; none if the plan gives a number. */
export function capVoters({weights: {cap}}: Pick<Plan, "weights">): string[] {
  return typeof cap === "number" ? [] : cap.votes.map(({site}) => site);
}
