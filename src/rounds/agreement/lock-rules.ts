import {bodyHash} from "../certificate.ts";
import type {Lock} from "../frames.ts";
import type {Proposal, RoundState} from "./round-state.ts";

/*
 * The two rules that keep a round to one result. Of any two quorums that could decide two bodies, one honest
 * member is in both, and it keeps to these rules.
 */

/** Tells whether a body other than the proposed one may have been decided. */
export function isLockedOnAnother({lock, setup}: RoundState, {body, provenIn}: Proposal): boolean {
  if (lock === null || (provenIn !== null && provenIn >= lock.ballot)) return false;
  const {hash} = setup.primitives;
  return bodyHash(hash, lock.body) !== bodyHash(hash, body);
}

/**
 * Tells whether the ballot of `lock` is past: a quorum has given it up, and this member may have accepted
 * another body since. The quorum of that body could decide it beside this one.
 */
export function isLockPast({ballot}: Pick<RoundState, "ballot">, lock: Lock): boolean {
  return lock.ballot < ballot;
}
