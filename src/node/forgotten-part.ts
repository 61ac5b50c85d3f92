import {type Certificate, type MemberId, type Primitives, type Restored, votersOf} from "../gossip/index.ts";

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

/**
 * What `certificate`, which is valid, shows that its member did and its own records do not know of; null: nothing.
 * A vote forgotten could be given again to another result, and a promise broken: two results of one round. A
 * contribution forgotten shows as well that the records are older than the node.
 */
export function forgottenPart(
  certificate: Certificate,
  {self, primitives, restored}: OwnPart,
): string | null {
  const {body, ballot} = certificate;
  const round = roundOf(restored);
  if (body.round < round) return null;
  // Of the round under way the records may know the member's part, of later ones they cannot.
  const known = body.round === round ? restored.round : null;
  const hasVoted = votersOf(primitives, certificate, [self]).has(self);
  if (hasVoted && (known?.accepted?.ballot ?? -1) < ballot) return "voted";
  if (body.contributors.includes(self) && (known?.contribution ?? null) === null) return "contributed";
  return null;
}
