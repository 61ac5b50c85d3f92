import {
  type Certificate,
  type MemberId,
  type Primitives,
  type Restored,
  type RestoredRound,
  votersOf,
} from "../../rounds/index.ts";

/** The member whose part in a round is sought. */
export interface OwnPart {
  readonly self: MemberId;
  readonly primitives: Pick<Primitives, "hash" | "verify">;
  /** The contents of its own records. */
  readonly restored: Restored;
}

/** The round of a member with these records. */
export function roundOf({certified}: Restored): number {
  return certified === null ? 0 : certified.certificate.body.round + 1;
}

/**
 * The part of the records about the certificate's round: something for the round under way, nothing for later
 * ones.
 */
function knownOf({body}: Certificate, restored: Restored): RestoredRound | null {
  return body.round === roundOf(restored) ? restored.round : null;
}

/**
 * Finds an act of the member that a valid `certificate` shows and its own records do not; null: none. A
 * forgotten vote could be given again to another result, and one round would have two results. A forgotten
 * contribution also shows that the records are older than the node.
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
