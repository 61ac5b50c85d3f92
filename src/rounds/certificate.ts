import {at, CodedError, type Hash, toHex} from "../core/index.ts";
import type {Arithmetic} from "./arithmetic.ts";
import {
  type Certificate,
  type CertificateBody,
  type Contradiction,
  canonicalBytes,
  type VoteStep,
} from "./frames.ts";
import type {MemberId} from "./quorum.ts";

/** The services that the protocol needs and must not provide itself. */
export interface Primitives {
  readonly hash: Hash;
  readonly arithmetic: Arithmetic;
  /** Signs a vote or a contribution's hash as this member. */
  sign(bytes: Uint8Array): Uint8Array;
  /** Tells whether `signature` is `member`'s over `bytes`; returns false for nonsense and never throws. */
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

/**
 * A vote's content: one member's word, in `ballot`, that it holds `body`'s result on disk and takes the
 * `step`.
 */
export interface VoteContent {
  readonly run: string;
  readonly round: number;
  readonly ballot: number;
  readonly step: VoteStep;
  /** {@link bodyHash} of the body voted for. */
  readonly body: string;
}

/** The bytes that a vote's signature covers. */
export function voteBytes({run, round, ballot, step, body}: VoteContent): Uint8Array {
  return canonicalBytes(["consilium/vote/2", run, round, ballot, step, body]);
}

/** A contribution's announcement: one member's word that this is its part in the round. */
export interface ReadyContent {
  readonly run: string;
  readonly round: number;
  /** SHA-256 of the contribution's bytes. */
  readonly contribution: string;
}

/** The bytes that the signature of an announcement covers. */
export function readyBytes({run, round, contribution}: ReadyContent): Uint8Array {
  return canonicalBytes(["consilium/ready/1", run, round, contribution]);
}

/** Tells whether an announcement's signature is `member`'s. */
export function isReadyWord(
  {verify}: Pick<Primitives, "verify">,
  member: MemberId,
  {run, round, contribution, signature}: ReadyContent & {readonly signature: Uint8Array},
): boolean {
  return verify(member, readyBytes({run, round, contribution}), signature);
}

/** An attempt to which signed words refer. */
export interface AttemptContent {
  readonly run: string;
  readonly round: number;
  readonly group: string;
}

/** The bytes that a member's signature on the hashes of its contribution's chunks covers. */
export function partsBytes({run, round, group}: AttemptContent, parts: readonly string[]): Uint8Array {
  return canonicalBytes(["consilium/parts/1", run, round, group, parts]);
}

/** An owner's word on a chunk: this is the sum of the parts with these hashes. */
export interface SumWord {
  readonly chunk: number;
  /** SHA-256 of the sum's bytes. */
  readonly sum: string;
  /** SHA-256 of the list of the parts' hashes, in the order of summation. */
  readonly parts: string;
}

/** The bytes that an owner's signature on a sum covers. */
export function sumBytes({run, round, group}: AttemptContent, {chunk, sum, parts}: SumWord): Uint8Array {
  return canonicalBytes(["consilium/sum/1", run, round, group, chunk, sum, parts]);
}

/** The bytes that a contributor's signature on its products with the challenge `seed` covers. */
export function productsBytes(
  {run, round, group}: AttemptContent,
  seed: Uint8Array,
  products: Uint8Array,
): Uint8Array {
  return canonicalBytes(["consilium/products/1", run, round, group, seed, products]);
}

/** The rules that a body must satisfy. */
export interface BodyRules {
  readonly run: string;
  readonly roster: string;
  /** Sorted. */
  readonly members: readonly MemberId[];
  /** Number of members that decide. */
  readonly quorum: number;
  /** Null if rounds were missed and the parent is not known; the votes still bind it. */
  readonly parent: string | null;
  readonly previousPeak: number;
  readonly minimumContributors: number;
  /** Least sum of p_i, from the plan's start rule; 0 after the first round. */
  readonly minimumWeight: number;
  /** Share of the peak weight that must take part. */
  readonly weightShare: number;
}

/** Relative rounding error of weights that were mixed in phases. */
const ROUNDING = 1e-6;

/** The weight that a round needs, given the largest so far. */
export function leastWeight(rules: BodyRules, peakWeight: number): number {
  return Math.max(rules.minimumWeight, rules.weightShare * peakWeight);
}

/** Tells whether a round of that weight, after rounds of at most `peakWeight`, is too light to be decided. */
export function isTooLight(rules: BodyRules, weight: number, peakWeight: number): boolean {
  return weight < (1 - ROUNDING) * leastWeight(rules, peakWeight);
}

/** Tells whether all `named` are on the roster, each once, in id order. */
export function isRosterSubset(named: readonly MemberId[], members: readonly MemberId[]): boolean {
  return named.every(
    (member, index) => members.includes(member) && (index === 0 || at(named, index - 1) < member),
  );
}

/** Says why `body` may not be voted for, or returns undefined if it may. */
export function bodyFault(body: CertificateBody, rules: BodyRules): string | undefined {
  const {contributors, weight, peakWeight} = body;
  if (body.run !== rules.run) return "it belongs to another run";
  if (body.roster !== rules.roster) return "it was made under another roster";
  if (rules.parent !== null && body.parent !== rules.parent) return "it follows another certificate";
  if (!isRosterSubset(contributors, rules.members)) {
    return "it names contributors who are not on the roster, or twice";
  }
  if (contributors.length < rules.minimumContributors) return "too few members contributed";
  if (isTooLight(rules, weight, peakWeight)) return "too little of the weight contributed";
  return peakFault(body, rules);
}

/**
 * Checks that nobody raises the weight that later rounds need. If rounds were missed, the peak before is not
 * known.
 */
function peakFault({weight, peakWeight}: CertificateBody, rules: BodyRules): string | undefined {
  const peak = Math.max(weight, rules.previousPeak);
  if (peakWeight < peak) return "its peak weight is too low";
  return rules.parent !== null && peakWeight > peak ? "its peak weight is too high" : undefined;
}

/**
 * The members of `members` whose votes of `step` in `certificate` carry their own signature; a member's first
 * vote counts.
 */
export function votersOf(
  primitives: Pick<Primitives, "hash" | "verify">,
  {body, ballot, votes}: Certificate,
  members: readonly MemberId[],
  step: VoteStep = "commit",
): ReadonlySet<MemberId> {
  const {run, round} = body;
  const content = voteBytes({run, round, ballot, step, body: bodyHash(primitives.hash, body)});
  const firsts = new Map(votes.toReversed().map(({member, signature}) => [member, signature]));
  const isOwn = (member: MemberId): boolean => {
    const signature = firsts.get(member);
    return signature !== undefined && primitives.verify(member, content, signature);
  };
  return new Set(members.filter(isOwn));
}

/** Says why `lock` proves nothing, or returns undefined if it is valid. */
export function lockFault(
  primitives: Pick<Primitives, "hash" | "verify">,
  lock: Certificate,
  rules: BodyRules,
): string | undefined {
  const fault = bodyFault(lock.body, rules);
  if (fault !== undefined) return fault;
  if (lock.ballot < lock.body.attempt) return "it is older than its attempt";
  const {size} = votersOf(primitives, lock, rules.members, "accept");
  return size < rules.quorum ? "it lacks a quorum's votes" : undefined;
}

/** Two words on one matter, as their signatures cover them; null if the claims are of one word alone. */
function twoWords(
  {run, round}: Pick<ReadyContent, "run" | "round">,
  claims: Contradiction,
): readonly [Uint8Array, Uint8Array] | null {
  switch (claims.kind) {
    case "ready": {
      const [one, other] = claims.contributions;
      const bytesOf = (contribution: string) => readyBytes({run, round, contribution});
      return [bytesOf(one), bytesOf(other)];
    }
    case "vote": {
      const {ballot, step, bodies} = claims;
      const bytesOf = (body: string) => voteBytes({run, round, ballot, step, body});
      return [bytesOf(bodies[0]), bytesOf(bodies[1])];
    }
    case "parts": {
      const {group, parts} = claims;
      return [partsBytes({run, round, group}, parts[0]), partsBytes({run, round, group}, parts[1])];
    }
    default:
      return null;
  }
}

/**
 * Tells whether `claims` prove by themselves that `member` lied: two different words on one matter, both
 * signed by it. A false sum and false products are proven only together with the parts, which each member
 * that hears of them fetches.
 */
export function isContradiction(
  {verify}: Pick<Primitives, "verify">,
  of: Pick<ReadyContent, "run" | "round">,
  member: MemberId,
  claims: Contradiction,
): boolean {
  const words = twoWords(of, claims);
  if (words === null || !("signatures" in claims)) return false;
  const [one, other] = words;
  const [first, second] = claims.signatures;
  return toHex(one) !== toHex(other) && verify(member, one, first) && verify(member, other, second);
}

/**
 * Tells whether `claims` are `member`'s own words: {@link isContradiction} for claims that prove the lie by
 * themselves, else whether it signed them.
 */
export function isOwnContradiction(
  primitives: Pick<Primitives, "verify">,
  of: Pick<ReadyContent, "run" | "round">,
  member: MemberId,
  claims: Contradiction,
): boolean {
  switch (claims.kind) {
    case "sum":
      return primitives.verify(member, sumBytes({...of, group: claims.group}, claims), claims.signature);
    case "products": {
      const {group, seed, products, signature} = claims;
      return primitives.verify(member, productsBytes({...of, group}, seed, products), signature);
    }
    default:
      return isContradiction(primitives, of, member, claims);
  }
}

/**
 * Checks that a quorum of the roster voted to commit `certificate`'s body in one ballot.
 * @throws GOSSIP_CERTIFICATE_INVALID
 */
export function verifyCertificate(
  primitives: Pick<Primitives, "hash" | "verify">,
  certificate: Certificate,
  rules: BodyRules,
): void {
  const {body} = certificate;
  const voters = votersOf(primitives, certificate, rules.members);
  const fault = voters.size < rules.quorum ? "it lacks a quorum's votes" : bodyFault(body, rules);
  if (fault !== undefined) {
    throw new CodedError(
      "GOSSIP_CERTIFICATE_INVALID",
      `the certificate of round ${body.round + 1} is invalid: ${fault}`,
    );
  }
}
