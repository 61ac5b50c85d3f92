import {CodedError, type Hash, toHex} from "../core/index.ts";
import type {Arithmetic} from "./arithmetic.ts";
import {type Certificate, type CertificateBody, canonicalBytes} from "./frames.ts";
import {type MemberId, majority} from "./quorum.ts";

/** What the protocol needs and must not do itself. */
export interface Primitives {
  readonly hash: Hash;
  readonly arithmetic: Arithmetic;
  /** This member's signature over a vote. */
  sign(bytes: Uint8Array): Uint8Array;
  /** Whether `signature` is `member`'s over `bytes`; false, never a throw, for nonsense. */
  verify(member: MemberId, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** Identifies a body: hexadecimal SHA-256 of its canonical bytes. */
export function bodyHash(hash: Hash, body: CertificateBody): string {
  return toHex(hash(canonicalBytes(body)));
}

/** The parent of a run's first body. */
export function genesisHash(hash: Hash, run: string): string {
  return toHex(hash(canonicalBytes(["consilium/genesis/1", run])));
}

/** A vote's content: one member's word that it holds `body`'s result on disk and accepts it in `ballot`. */
export interface VoteContent {
  readonly run: string;
  readonly round: number;
  readonly ballot: number;
  /** {@link bodyHash} of the body voted for. */
  readonly body: string;
}

/** The bytes that a vote's signature covers. */
export function voteBytes({run, round, ballot, body}: VoteContent): Uint8Array {
  return canonicalBytes(["consilium/vote/1", run, round, ballot, body]);
}

/** What a body must agree with. */
export interface BodyRules {
  readonly run: string;
  readonly roster: string;
  /** Sorted. */
  readonly members: readonly MemberId[];
  /** Null where the parent is not known, when rounds were missed; the votes still bind it. */
  readonly parent: string | null;
  readonly previousPeak: number;
  readonly minimumContributors: number;
  /** Least sum of p_i, from the plan's start rule; 0 after the first round. */
  readonly minimumWeight: number;
  /** Share of the peak weight that must take part. */
  readonly weightShare: number;
}

/** Weights that were mixed in phases are as large as they were but for rounding. */
const ROUNDING = 1e-6;

/** The weight that a round needs, given the largest so far. */
export function leastWeight(rules: BodyRules, peakWeight: number): number {
  return Math.max(rules.minimumWeight, rules.weightShare * peakWeight);
}

/** Whether a round of that weight, after rounds of at most `peakWeight`, must not be decided. */
export function isTooLight(rules: BodyRules, weight: number, peakWeight: number): boolean {
  return weight < (1 - ROUNDING) * leastWeight(rules, peakWeight);
}

function isRosterSubset(contributors: readonly MemberId[], members: readonly MemberId[]): boolean {
  return contributors.every(
    (member, index) => members.includes(member) && (index === 0 || (contributors[index - 1] ?? "") < member),
  );
}

/** Why `body` may not be voted for, or undefined where it may. */
export function bodyFault(body: CertificateBody, rules: BodyRules): string | undefined {
  const {contributors, weight, peakWeight} = body;
  if (body.run !== rules.run) return "it belongs to another run";
  if (body.roster !== rules.roster) return "it was made under another roster";
  if (rules.parent !== null && body.parent !== rules.parent) return "it follows another certificate";
  if (!isRosterSubset(contributors, rules.members)) {
    return "it names contributors who are not on the roster, or twice";
  }
  if (contributors.length < rules.minimumContributors) return "too few members contributed";
  if (peakWeight < Math.max(weight, rules.previousPeak)) return "its peak weight is too low";
  if (isTooLight(rules, weight, peakWeight)) return "too little of the weight contributed";
  return undefined;
}

/** The members of `members` whose votes in `certificate` are their own. */
export function votersOf(
  primitives: Pick<Primitives, "hash" | "verify">,
  {body, ballot, votes}: Certificate,
  members: readonly MemberId[],
): ReadonlySet<MemberId> {
  const {run, round} = body;
  const content = voteBytes({run, round, ballot, body: bodyHash(primitives.hash, body)});
  return new Set(
    votes
      .filter(
        ({member, signature}) => members.includes(member) && primitives.verify(member, content, signature),
      )
      .map(({member}) => member),
  );
}

/**
 * Checks that a majority of the roster voted for `certificate`'s body in one ballot.
 * @throws GOSSIP_CERTIFICATE_INVALID
 */
export function verifyCertificate(primitives: Primitives, certificate: Certificate, rules: BodyRules): void {
  const {body} = certificate;
  const voters = votersOf(primitives, certificate, rules.members);
  const fault =
    voters.size < majority(rules.members.length) ? "it lacks a quorum's votes" : bodyFault(body, rules);
  if (fault !== undefined) {
    throw new CodedError(
      "GOSSIP_CERTIFICATE_INVALID",
      `the certificate of round ${body.round} is invalid: ${fault}`,
    );
  }
}
