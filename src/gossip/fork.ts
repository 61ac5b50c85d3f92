import {
  bodyHash,
  type Certificate,
  isQuorum,
  type Primitives,
  type Report,
  type SessionSetup,
  votersOf,
} from "../rounds/index.ts";

type Fork = Extract<Report, {kind: "fork"}>;

/**
 * Compares another certificate of a round with this member's own. If they differ and both hold, each member
 * that voted for both in one ballot is proven to have lied.
 * @param ours undefined if this member has none of that round
 * @returns null if they agree, or if the other one proves nothing
 */
export function forkBetween(
  {primitives, members, quorum}: Pick<SessionSetup, "members" | "quorum"> & {readonly primitives: Primitives},
  ours: Certificate | undefined,
  theirs: Certificate,
): Fork | null {
  const {hash} = primitives;
  if (
    ours === undefined ||
    theirs.body.run !== ours.body.run ||
    bodyHash(hash, theirs.body) === bodyHash(hash, ours.body)
  )
    return null;
  const voters = votersOf(primitives, theirs, members);
  if (!isQuorum(quorum, members.length, voters.size)) return null;
  const ownVoters = votersOf(primitives, ours, members);
  const isSameBallot = ours.ballot === theirs.ballot;
  const culprits = isSameBallot ? members.filter((each) => voters.has(each) && ownVoters.has(each)) : [];
  return {kind: "fork", round: ours.body.round, culprits, certificates: [ours, theirs]};
}
