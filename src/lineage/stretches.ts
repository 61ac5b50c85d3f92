import {knowsWeight} from "../node/index.ts";
import type {Certificate} from "../rounds/index.ts";
import type {TrainedRun} from "./run-facts.ts";

/** Rounds one after the other with the same contributors and weight. */
export interface Stretch {
  /** First and last round, from 0. */
  readonly from: number;
  readonly to: number;
  /** PeerIds, sorted. */
  readonly contributors: readonly string[];
  /** Sum of the contributors' weights p_i, as the certificates give it; a member's own is in none. */
  readonly weight: number;
  /** The patients (or events, by the plan's unit) that it stands for; null if the plan's mixing hides them. */
  readonly counted: number | null;
}

/** The {@link Stretch}es of a run, in order. */
export function stretchesOf(certificates: readonly Certificate[], {plan: {plan}}: TrainedRun): Stretch[] {
  const isCounted = knowsWeight(plan);
  const stretches: Stretch[] = [];
  for (const {body} of certificates) {
    const {round, contributors, weight} = body;
    const last = stretches.at(-1);
    const isSame =
      last !== undefined && last.weight === weight && last.contributors.join() === contributors.join();
    if (isSame) stretches[stretches.length - 1] = {...last, to: round};
    else {
      const counted = isCounted ? Math.round(weight * plan.weights.reference) : null;
      stretches.push({from: round, to: round, contributors, weight, counted});
    }
  }
  return stretches;
}
