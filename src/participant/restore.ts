import {sha256} from "../core/index.ts";
import {releaseAgain} from "../privacy/index.ts";
import type {Certified, Contribution} from "../rounds/index.ts";
import type {ParticipantState} from "./own-round.ts";
import {freshParticipant} from "./participant.ts";
import {releasedUpdate} from "./released-update.ts";
import {type StoredState, untrainedState} from "./site-state.ts";
import {nextRound, type Stages} from "./stages.ts";

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
