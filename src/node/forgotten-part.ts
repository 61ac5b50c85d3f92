import {
  type Certificate,
  type MemberId,
  type Primitives,
  type Restored,
  type RestoredRound,
  votersOf,
} from "../gossip/index.ts";

/** Whose part in a round is looked for. */
export interface OwnPart {
  readonly self: MemberId;
  readonly primitives: Pick<Primitives, "hash" | "verify">;
  /** What its own records say. */
  readonly restored: Restored;
}

/** The round that a member with these records is in. */
export function roundOf({certified}: Restored): number {
  return certified === null ? 0 : certified.certificate.body.round + 1;
}

/** What the records tell of the certificate's round: of the one under way something, of later ones nothing. */
function knownOf({body}: Certificate, restored: Restored): RestoredRound | null {
  return body.round === roundOf(restored) ? restored.round : null;
}

/**
 * What `certificate`, which is valid, shows that its member did and its own records do not know of; null: nothing.
 * A vote forgotten could be given again to another result: two results of one round. A
 * contribution forgotten shows as well that the records are older than the node.
 */
export function forgottenPart(
  certificate: Certificate,
  {self, primitives, restored}: OwnPart,
): string | null {
  const {body, ballot} = certificate;
  if (body.round < roundOf(restored)) return null;
  const known = knownOf(certificate, restored);
  const isVoteKnown = known !== null && known.committedIn >= ballot;
  if (!isVoteKnown && votersOf(primitives, certificate, [self]).has(self)) return "voted";
  const isContributionKnown = known !== null && known.contribution !== null;
  return !isContributionKnown && body.contributors.includes(self) ? "contributed" : null;
}
