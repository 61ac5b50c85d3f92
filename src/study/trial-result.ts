import type {ScoredGroup} from "./measures/scored-group.ts";
import type {ResultRow, RoundRow, WorkRow} from "./results.ts";

/** One method's scores of all test groups in a trial. */
export interface MethodScores {
  readonly method: string;
  /** Empty if training diverged or stalled, because there is no model. */
  readonly groups: readonly ScoredGroup[];
}

/**
 * The results of one trial; plain JSON, kept for a simulation that is resumed later. Its scores are of single
 * patients.
 */
export interface TrialResult {
  readonly point: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly results: readonly ResultRow[];
  readonly rounds: readonly RoundRow[];
  /** One row per method, in the order of `scores`. */
  readonly work: readonly WorkRow[];
  readonly scores: readonly MethodScores[];
  /** SHA-256 of the network's final state. */
  readonly stateHash: string;
}
