import {votedWeightCap} from "../gossip/index.ts";
import type {Plan} from "./plan.ts";

/**
 * So many patients a site counts as at most: the number that the plan gives, or what its votes decide. Who approves
 * the plan's hash approves the votes in it, its own among them.
 */
export function weightCap({weights: {cap}}: Pick<Plan, "weights">): number {
  return typeof cap === "number" ? cap : votedWeightCap(cap.votes.map(({patients}) => patients));
}

/** Names of those whose votes on the cap the plan holds; none where it gives a number. */
export function capVoters({weights: {cap}}: Pick<Plan, "weights">): string[] {
  return typeof cap === "number" ? [] : cap.votes.map(({site}) => site);
}
