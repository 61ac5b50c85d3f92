import {fingerprintOf} from "../../consortium/index.ts";
import {unreachable} from "../../core/index.ts";
import {
  applicants,
  type Enrolment,
  type Membership,
  type MembershipChange,
  type OpenProposal,
} from "../../membership/index.ts";

const DAY_MS = 24 * 3600 * 1000;
/** Digits of a proposal's hash that people type. */
const SHORT = 12;

/** The name of a member, or its key if it is none. */
function nameOf({current}: Membership, key: string): string {
  return current.members.get(key)?.name ?? key;
}

/** What a change does, in a few words. */
export function changeText(membership: Membership, change: MembershipChange): string {
  switch (change.kind) {
    case "admit":
      return `admit ${change.members.map(({name, role}) => `${name} (${role})`).join(", ")}`;
    case "revoke":
      return `revoke ${nameOf(membership, change.organisation)}`;
    case "amend":
      return `${nameOf(membership, change.organisation)} is ${change.name} (${change.role}) from then on`;
    default:
      return unreachable(change);
  }
}

function nodeText({delegations}: Membership, {organisation}: Enrolment, now: number): string {
  const delegation = delegations.get(organisation);
  if (delegation === undefined) return "no node";
  const days = Math.floor((delegation.until - now) / DAY_MS);
  const ends = new Date(delegation.until).toISOString().slice(0, 10);
  if (days < 0) return `node ${delegation.node}, delegation ended on ${ends}: consilium consortium renew`;
  return `node ${delegation.node}, until ${ends} (${days} days)`;
}

function memberLines(membership: Membership, now: number): string[] {
  return [...membership.current.members.values()].flatMap((member) => [
    `  ${member.name} (${member.role}): ${nodeText(membership, member, now)}`,
    `    fingerprint: ${fingerprintOf(member.organisation)}`,
  ]);
}

/** The first digits of a proposal's hash, by which people name it. */
export function shortHash({hash}: OpenProposal): string {
  return hash.slice(0, SHORT);
}

function proposalLine(membership: Membership, proposal: OpenProposal): string {
  const {body, inFavour, needed} = proposal;
  const names = inFavour.map((key) => nameOf(membership, key)).join(", ");
  const votes = names === "" ? "no vote" : `votes of ${names}`;
  return `  ${shortHash(proposal)}: ${changeText(membership, body.change)}; ${votes}, ${needed} needed`;
}

/** The lines under a heading, or none if there are none. */
function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines];
}

/** What a membership says, for people. */
export function describeMembership(membership: Membership, now: number): readonly string[] {
  const {genesis, id, decided, unsigned, open, contradictions, isForked, current} = membership;
  const asking = applicants(membership, now).map(
    ({name, role, organisation, isContested}) =>
      `  ${name} (${role}): ${fingerprintOf(organisation)}${isContested ? "; another key came with the same ticket" : ""}`,
  );
  return [
    `Consortium ${genesis.consortium}, ${id}`,
    `${current.members.size} members after ${decided.length} changes:`,
    ...memberLines(membership, now),
    ...section(
      "Founders that have not signed:",
      unsigned.map((key) => `  ${nameOf(membership, key)}`),
    ),
    ...section("They ask to be admitted; compare the words by voice:", asking),
    ...section("Open proposals:", isForked ? [] : open.map((each) => proposalLine(membership, each))),
    ...section(
      "Signed words that contradict each other, which proves a lie or a key used twice:",
      contradictions.map(([word]) => `  ${nameOf(membership, word.signer)} (${word.kind})`),
    ),
    ...(isForked
      ? ["Two changes of one height were decided: the next change must leave their common signer out."]
      : []),
  ];
}
