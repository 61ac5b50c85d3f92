import type {Hash} from "../core/index.ts";

/** A member of the roster, named by its node's PeerId. */
export type MemberId = string;

/** The least number of `members` of which any two groups share one. */
export function majority(members: number): number {
  return Math.floor(members / 2) + 1;
}

/**
 * Who may lead which ballot of a round. Leadership is only liveness: the ballots are dealt out in turn, from a
 * member drawn by the hash of the run and the round, so that the work goes round.
 */
export interface LeaderOrder {
  leaderOf(ballot: number): MemberId;
  /** The lowest ballot above `above` that `member`, one of the members, leads. */
  nextBallot(member: MemberId, above: number): number;
}

/** The {@link LeaderOrder} of one round. @param members sorted */
export function leaderOrder(
  hash: Hash,
  run: string,
  round: number,
  members: readonly MemberId[],
): LeaderOrder {
  const digest = hash(new TextEncoder().encode(JSON.stringify(["consilium/leader/1", run, round])));
  const first = new DataView(digest.buffer, digest.byteOffset).getUint32(0) % members.length;
  const leaderOf = (ballot: number): MemberId => members[(first + ballot) % members.length] ?? "";
  return {
    leaderOf,
    nextBallot(member, above) {
      const turn = members.indexOf(member) - first - (above + 1);
      return above + 1 + (((turn % members.length) + members.length) % members.length);
    },
  };
}
