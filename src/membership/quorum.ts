import type {Enrolment, Genesis, MembershipBody} from "./records.ts";

/** Number of the n members who decide about a record: two thirds, rounded up. */
export function chainQuorum(n: number): number {
  return Math.ceil((2 * n) / 3);
}

/**
 * Number of those who decide when one of n members has no say: two thirds of the others, and more than half of all. With
 * the first alone, of four members two could remove a third while that one and the fourth remove one of them,
 * and nobody would have signed twice.
 */
export function quorumWithoutOne(n: number): number {
  return Math.max(chainQuorum(n - 1), Math.floor(n / 2) + 1);
}

/** The keys whose votes for a body count, and how many it takes. */
export interface Electorate {
  readonly voters: ReadonlySet<string>;
  readonly needed: number;
}

/** The key that stands for the organisation of `key` once the body's successions count. */
function heirOf({anchors}: MembershipBody, key: string): string {
  let heir = key;
  for (const word of anchors) if (word.kind === "succession" && word.signer === heir) heir = word.successor;
  return heir;
}

/**
 * The keys that decide about `body`: the members before it, from whom departures and successions that it names are
 * taken; the revoked one and a proven equivocator have no say. `members` are already those after its anchors.
 */
export function electorateOf(
  body: MembershipBody,
  members: ReadonlyMap<string, Enrolment>,
  genesis: Genesis,
): Electorate {
  if (body.reason?.kind === "recovery") {
    const {keys, threshold} = genesis.recovery ?? {keys: [], threshold: 1};
    return {voters: new Set(keys), needed: threshold};
  }
  const voters = new Set(members.keys());
  if (body.change.kind === "revoke") voters.delete(body.change.organisation);
  if (body.reason?.kind === "equivocation") voters.delete(heirOf(body, body.reason.words[0].signer));
  const isWhole = voters.size === members.size;
  return {voters, needed: isWhole ? chainQuorum(members.size) : quorumWithoutOne(members.size)};
}
