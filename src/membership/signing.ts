import {CodedError, present, unreachable} from "../core/index.ts";
import {foundingVote, type Membership, type OpenProposal} from "./chain.ts";
import {contradict} from "./contradiction.ts";
import {decisionOf} from "./encoding.ts";
import type {MembershipErrorCode} from "./errors.ts";
import {freedomOf} from "./justification.ts";
import {anchored, membersAfter} from "./members.ts";
import {chainQuorum} from "./quorum.ts";
import type {AttemptReason, MembershipBody, MembershipChange, SignedWord, Skip} from "./records.ts";
import type {UnsignedWord} from "./signatures.ts";

const NO_SIGNATURE = new Uint8Array(64);

/** `word` as if it were signed, to be held against others. */
function asSigned(word: UnsignedWord): SignedWord {
  const signed = {...word, signature: NO_SIGNATURE};
  return (word.kind === "succession" ? {...signed, accepted: NO_SIGNATURE} : signed) as SignedWord;
}

/**
 * Refuses a word that contradicts one its signer has signed: the proof would end its part in the consortium.
 * @throws {CodedError} MEMBERSHIP_SIGNED_ALREADY
 */
export function refuseContradiction({words}: Pick<Membership, "words">, word: UnsignedWord): void {
  const other = words.find((each) => contradict(each, asSigned(word)));
  if (other === undefined) return;
  const code: MembershipErrorCode = "MEMBERSHIP_SIGNED_ALREADY";
  throw new CodedError(
    code,
    `this key has signed a ${other.kind} that the new ${word.kind} would contradict`,
    {
      data: {signed: other.kind, wanted: word.kind},
      hint: "Give the open proposal up with `consilium consortium skip`, and let the others do so too.",
    },
  );
}

/** The lowest height from which on `signer` can still say that it signs nothing. */
export function firstFreeHeight({words, next}: Membership, signer: string): number {
  const heights = words.flatMap((word) =>
    word.signer === signer && (word.kind === "vote" || word.kind === "skip") ? [word.height + 1] : [],
  );
  return Math.max(next.height, ...heights);
}

/** The vote of `signer` for the genesis. */
export function founderVote({id}: Pick<Membership, "id">, signer: string): UnsignedWord {
  return {...foundingVote(id), signer};
}

/** The vote of `signer` for an open proposal. */
export function voteFor({hash, body}: OpenProposal, signer: string): UnsignedWord {
  const {height, attempt, previous} = body;
  return {kind: "vote", height, attempt, previous, body: hash, signer};
}

/** The words about the height that comes next. */
function wordsOfPlace(
  {words, next}: Membership,
  signer?: string,
): readonly Extract<SignedWord, {kind: "vote" | "skip"}>[] {
  return words.flatMap((word) => {
    if (word.kind !== "vote" && word.kind !== "skip") return [];
    const isOfPlace = word.height === next.height && word.previous === next.previous;
    return isOfPlace && (signer === undefined || word.signer === signer) ? [word] : [];
  });
}

/**
 * The word by which `signer` gives up the newest attempt at the next height, telling of its latest vote there;
 * null if nobody has voted there.
 */
export function skipOf(membership: Membership, signer: string): UnsignedWord | null {
  const {height, previous} = membership.next;
  const votes = wordsOfPlace(membership).filter(({kind}) => kind === "vote");
  if (votes.length === 0) return null;
  const attempt = Math.max(...votes.map((vote) => vote.attempt));
  const [latest] = wordsOfPlace(membership, signer)
    .flatMap((word) => (word.kind === "vote" ? [{attempt: word.attempt, body: word.body}] : []))
    .sort((first, second) => second.attempt - first.attempt);
  return {kind: "skip", height, attempt, previous, latest: latest ?? null, signer};
}

/** The skips of the highest attempt that a quorum gave up; none if there is no such attempt. */
function conclusiveSkips(membership: Membership): readonly Skip[] {
  const {members} = membership.current;
  const bySigner = new Map<number, Map<string, Skip>>();
  for (const word of wordsOfPlace(membership)) {
    if (word.kind !== "skip" || !members.has(word.signer)) continue;
    bySigner.set(word.attempt, (bySigner.get(word.attempt) ?? new Map()).set(word.signer, word));
  }
  const [newest] = [...bySigner]
    .filter(([, skips]) => skips.size >= chainQuorum(members.size))
    .sort(([first], [second]) => second - first);
  return newest === undefined ? [] : [...newest[1].values()];
}

/** The reason for another attempt at the next height, and its number; null for the first one. */
function reasonNow(
  membership: Membership,
): {readonly reason: AttemptReason; readonly attempt: number} | null {
  const words = wordsOfPlace(membership);
  const newest = Math.max(-1, ...words.map(({attempt}) => attempt));
  if (membership.isForked) {
    const lie = membership.contradictions.find((pair) =>
      pair.every((word) => words.some((each) => each === word)),
    );
    const [first, second] = present(lie, "the contradiction behind a fork");
    return {reason: {kind: "equivocation", words: [first, second] as [Skip, Skip]}, attempt: newest + 1};
  }
  const skips = conclusiveSkips(membership);
  const [skip] = skips;
  return skip === undefined
    ? null
    : {reason: {kind: "skipped", skips: [...skips]}, attempt: skip.attempt + 1};
}

/** The departures and successions that the next record can anchor: of each member the first that fits. */
function endings({words, next}: Membership): MembershipBody["anchors"] {
  const {height, before} = next;
  const anchors: MembershipBody["anchors"] = [];
  for (const word of words) {
    if (word.kind !== "departure" && word.kind !== "succession") continue;
    if (anchored(before, {height, anchors: [...anchors, word]}) !== null) anchors.push(word);
  }
  return anchors;
}

/** A proposal for the next record. */
export interface Draft {
  readonly body: MembershipBody;
  /** True if it repeats an earlier proposal in place of the change that was asked for, as that may be decided. */
  readonly isRepeated: boolean;
}

/**
 * Drafts the next record with `change`. When a quorum gave the attempt before up and something may have been
 * decided in it, the draft repeats that.
 * @throws {CodedError} MEMBERSHIP_UNFIT, MEMBERSHIP_UNDECIDED
 */
export function draftBody(membership: Membership, change: MembershipChange): Draft {
  const {height, previous, before, bodies} = membership.next;
  const common = {kind: "body" as const, height, previous};
  const renewed = reasonNow(membership);
  const wanted: MembershipBody = {
    ...common,
    change,
    anchors: endings(membership),
    attempt: 0,
    reason: null,
    ...renewed,
  };
  const freedom = freedomOf(membership.next, wanted);
  switch (freedom.kind) {
    case "any":
      if (membersAfter(before, wanted) === null) throw unfit(change);
      return {body: wanted, isRepeated: false};
    case "none":
      throw undecided();
    case "one": {
      const repeated = [...bodies.values()].find((body) => decisionOf(body) === freedom.decision);
      const {change: again, anchors} = present(repeated, "the proposal that may be decided");
      return {body: {...wanted, change: again, anchors}, isRepeated: decisionOf(wanted) !== freedom.decision};
    }
    default:
      return unreachable(freedom);
  }
}

function unfit({kind}: MembershipChange): CodedError {
  const code: MembershipErrorCode = "MEMBERSHIP_UNFIT";
  return new CodedError(code, `the members are not such that this change (${kind}) fits them`, {
    hint: "See who is a member, and under which name, with `consilium consortium show`.",
  });
}

function undecided(): CodedError {
  const code: MembershipErrorCode = "MEMBERSHIP_UNDECIDED";
  return new CodedError(code, "one of two proposals may have been decided, and it is not known which", {
    hint: "Ask more members to give up with `consilium consortium skip`, and import what they write.",
  });
}
