import {type Hash, present, unreachable} from "../core/index.ts";

/** A member of the roster, named by its node's PeerId. */
export type MemberId = string;

/** The least number of `members` of which any two groups share one. */
export function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * The rule for the number that decides: `two-thirds` also while fewer than a third lie, `majority` while
 * members only crash.
 */
export type QuorumRule = "two-thirds" | "majority";

/**
 * Number of `members` that decide a round. Any two quorums under `two-thirds` share more than a third of all
 * members.
 */
export function quorumSize(rule: QuorumRule, members: number): number {
  switch (rule) {
    case "two-thirds":
      return Math.floor((2 * members) / 3) + 1;
    case "majority":
      return majority(members);
    default:
      return unreachable(rule);
  }
}

/** Tells whether `voters` of `members` decide. */
export function isQuorum(rule: QuorumRule, members: number, voters: number): boolean {
  return voters >= quorumSize(rule, members);
}

/** The least number of members that is in every quorum's way: without so many none can form. */
export function blockingSize(quorum: number, members: number): number {
  return members - quorum + 1;
}

/**
 * The leaders of a round's ballots. Leadership is only liveness. The ballots go to members in turn, beginning
 * with one drawn by the hash of the run and the round, which spreads the work.
 */
export interface LeaderOrder {
  leaderOf(ballot: number): MemberId;
}

/**
 * The {@link LeaderOrder} of one round. @param members sorted
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {sha256} from "consilium/core";
 * import {isQuorum, leaderOrder} from "consilium/rounds";
 *
 * const members = ["east", "north", "south", "west"];
 * const order = leaderOrder(sha256, "00112233445566778899aabbccddeeff", 0, members);
 * const leaders = members.map((_, ballot) => order.leaderOf(ballot));
 * assert.deepEqual(leaders.toSorted(), members);
 * assert.deepEqual([2, 3].map((voters) => isQuorum("two-thirds", members.length, voters)), [false, true]);
 * ```
 */
export function leaderOrder(
  hash: Hash,
  run: string,
  round: number,
  members: readonly MemberId[],
): LeaderOrder {
  const digest = hash(new TextEncoder().encode(JSON.stringify(["consilium/leader/1", run, round])));
  const first = new DataView(digest.buffer, digest.byteOffset).getUint32(0) % members.length;
  return {
    leaderOf: (ballot) => present(members[(first + ballot) % members.length], "a ballot's leader"),
  };
}
