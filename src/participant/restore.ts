import {sha256} from "../core/index.ts";
import {exactOf, weightOf} from "../parameters/index.ts";
import {releaseAgain} from "../privacy/index.ts";
import type {Certified, Contribution, RoundSpec} from "../rounds/index.ts";
import type {ParticipantState} from "./own-round.ts";
import {freshParticipant} from "./participant.ts";
import {type StoredState, untrainedState} from "./site-state.ts";
import {nextRound, type Stages} from "./stages.ts";

/** The values of a contribution about its site's update, `[mixed]`, minus the round's snapshot. */
function releasedUpdate(
  {codec, mixed, exact = 1}: Pick<RoundSpec, "codec" | "mixed" | "exact">,
  contribution: Uint8Array,
): Float32Array {
  const weighted = new Float64Array(mixed);
  codec.accumulate(contribution, 0, weighted);
  const weight = weightOf(contribution);
  const effort = exact === 1 ? 1 : (exactOf(contribution, exact)[0] ?? 1) / weight;
  return Float32Array.from(weighted, (value) => (effort * value) / weight);
}

/** All that a site's disk holds of its own half of the rounds. */
export interface OwnRecords {
  readonly certified: Certified | null;
  /** The contribution to the round after `certified`; null: none is written down. */
  readonly contribution: Contribution | null;
  /** The state after the last release that is known to be used. */
  readonly settled: StoredState | null;
  /** The state that belongs to the contribution. */
  readonly next: StoredState | null;
}

/**
 * The state in which a site goes on after a restart. The remainder of a sparse codec and a missed update are
 * lost with the memory, which costs progress and nothing else. @throws PRIVACY_NOT_RELEASED
 */
export function restoreParticipant(
  stages: Stages,
  {certified, contribution, settled, next}: OwnRecords,
): ParticipantState {
  const fresh = freshParticipant(untrainedState(stages));
  const state = {...fresh, site: settled ?? fresh.site};
  if (contribution === null) return state;
  const round = nextRound(certified);
  const {bytes, hash} = contribution;
  const update = releasedUpdate(stages.specOf(round, null), bytes).subarray(0, stages.shared.size);
  const ifUsed = {keptBack: null, state: next?.state ?? null};
  const work = {round, release: releaseAgain(sha256, bytes, hash), update, base: null, ifUsed};
  return {...state, own: {stage: "announced", work, state: next}};
}
