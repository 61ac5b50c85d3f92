import {CodedError, present, unreachable} from "../core/index.ts";
import {foundingVote, type Membership, type OpenProposal} from "./chain.ts";
import {contradict} from "./contradiction.ts";
import {decisionOf} from "./encoding.ts";
import type {MembershipErrorCode} from "./errors.ts";
import {freedomOf, isJustified, isUsable} from "./justification.ts";
import {anchored, type MemberSet, membersAfter} from "./members.ts";
import {chainQuorum, electorateOf} from "./quorum.ts";
import {
  type AttemptReason,
  FIRST_RECOVERY_ATTEMPT,
  type MembershipBody,
  type MembershipChange,
  type SignedWord,
  type Skip,
} from "./records.ts";
import type {UnsignedWord} from "./signatures.ts";

const NO_SIGNATURE = new Uint8Array(64);

/** `word` as if it were signed, to be held against others. */
function asSigned(word: UnsignedWord): SignedWord {
  return {...word, signature: NO_SIGNATURE} as SignedWord;
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

/** Tells whether the vote of `key` for a proposal counts: a vote that does not would only use the attempt up. */
export function hasSay(
  {next}: Pick<Membership, "next">,
  {body}: Pick<OpenProposal, "body">,
  key: string,
): boolean {
  const base = anchored(next.before, body);
  return base !== null && electorateOf(body, base.members, next.genesis).voters.has(key);
}

/** The vote of `signer` for an open proposal. */
export function voteFor({hash, body}: OpenProposal, signer: string): UnsignedWord {
  const {height, attempt, previous} = body;
  return {kind: "vote", height, attempt, previous, body: hash, signer};
}

type Ballot = Extract<SignedWord, {kind: "vote" | "skip"}>;

/** The words about the height that comes next. */
function ballotsNow({words, next}: Membership): readonly Ballot[] {
  return words.flatMap((word) => {
    if (word.kind !== "vote" && word.kind !== "skip") return [];
    return word.height === next.height && word.previous === next.previous ? [word] : [];
  });
}

/**
 * The newest attempt at the next height in which a member voted, or -1. Votes of others, for proposals that are
 * not justified, or of a liar in the attempt that its lie made, move nobody.
 */
function newestAttempt(membership: Membership): number {
  const voters = new Map<string, string[]>();
  for (const word of ballotsNow(membership)) {
    if (word.kind !== "vote") continue;
    const own = voters.get(word.body) ?? [];
    own.push(word.signer);
    voters.set(word.body, own);
  }
  const attempts = membership.open.flatMap(({hash, body}) => {
    const liar = body.reason?.kind === "equivocation" ? body.reason.words[0].signer : null;
    const sets = [membership.current, anchored(membership.current, body)];
    const hasVoter = voters
      .get(hash)
      ?.some((key) => key !== liar && sets.some((set) => set?.members.has(key) === true));
    return hasVoter === true && body.attempt < FIRST_RECOVERY_ATTEMPT ? [body.attempt] : [];
  });
  return attempts.reduce((most, attempt) => Math.max(most, attempt), -1);
}

/**
 * The word by which `signer` gives up the newest attempt at the next height, telling of its latest vote there;
 * null if nobody has voted there.
 */
export function skipOf(membership: Membership, signer: string): UnsignedWord | null {
  const {height, previous} = membership.next;
  const attempt = newestAttempt(membership);
  if (attempt < 0) return null;
  const [latest] = ballotsNow(membership)
    .filter((word) => word.kind === "vote" && word.signer === signer && word.attempt <= attempt)
    .flatMap((word) => (word.kind === "vote" ? [{attempt: word.attempt, body: word.body}] : []))
    .sort((first, second) => second.attempt - first.attempt);
  return {kind: "skip", height, attempt, previous, latest: latest ?? null, signer};
}

/**
 * The skips by `members` of the highest attempt that a quorum of them gave up; none if there is no such attempt. A
 * skip that tells of an unknown vote says nothing: it is left out.
 */
function conclusiveSkips(membership: Membership, {members}: MemberSet): readonly Skip[] {
  const bySigner = new Map<number, Map<string, Skip>>();
  for (const word of ballotsNow(membership)) {
    if (word.kind !== "skip" || !members.has(word.signer) || !isUsable(membership.next, word)) continue;
    bySigner.set(word.attempt, (bySigner.get(word.attempt) ?? new Map()).set(word.signer, word));
  }
  const [newest] = [...bySigner]
    .filter(([, skips]) => skips.size >= chainQuorum(members.size))
    .sort(([first], [second]) => second - first);
  return newest === undefined ? [] : [...newest[1].values()];
}

/** The words by which a member, or a successor among `members`, contradicted itself at the next height. */
function lieNow(
  membership: Membership,
  {members}: MemberSet,
): Extract<AttemptReason, {kind: "equivocation"}>["words"] | null {
  const ballots = ballotsNow(membership).filter(
    ({signer}) => members.has(signer) || membership.current.members.has(signer),
  );
  const ends = membership.words.flatMap((word) =>
    word.kind === "departure" || word.kind === "succession" ? [word] : [],
  );
  const newest = newestAttempt(membership);
  for (const ballot of ballots) {
    if (ballot.attempt > newest) continue;
    const rival = [...ballots, ...ends].find((word) => contradict(ballot, word));
    if (rival !== undefined) return [ballot, rival];
  }
  return null;
}

type Renewal = Pick<MembershipBody, "reason" | "attempt">;

/** The reason for another attempt at the next height, and its number. */
function renewal(membership: Membership, members: MemberSet): Renewal {
  if (membership.isForked) {
    const attempt = newestAttempt(membership) + 1;
    const isOfRecovery = membership.open.some(
      ({body, inFavour, needed}) => body.reason?.kind === "recovery" && inFavour.length >= needed,
    );
    if (isOfRecovery) throw undecided();
    const words = present(lieNow(membership, members), "the contradiction behind a fork");
    return {reason: {kind: "equivocation", words}, attempt};
  }
  const skips = conclusiveSkips(membership, members);
  const [skip] = skips;
  if (skip === undefined) return {reason: null, attempt: 0};
  return {reason: {kind: "skipped", skips: [...skips]}, attempt: skip.attempt + 1};
}

/**
 * The departures and successions that the next record can anchor: of each member the first that fits. A key that
 * is to be revoked hands nothing over.
 */
function endings({words, next}: Membership, change: MembershipChange): MembershipBody["anchors"] {
  const {height, before} = next;
  const anchors: MembershipBody["anchors"] = [];
  for (const word of words) {
    if (word.kind !== "departure" && word.kind !== "succession") continue;
    if (change.kind === "revoke" && word.signer === change.organisation) continue;
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

/** A body at the next height with these changes, for the reason that there is now. */
function bodyNow(
  membership: Membership,
  {change, anchors}: Pick<MembershipBody, "change" | "anchors">,
): MembershipBody {
  const {height, previous, before} = membership.next;
  const members = present(anchored(before, {height, anchors}), "the members after what fits");
  const body = {kind: "body" as const, height, previous, change, anchors, ...renewal(membership, members)};
  if (body.attempt >= FIRST_RECOVERY_ATTEMPT) throw undecided();
  return body;
}

/**
 * Drafts the next record with `change`. When a quorum gave the attempt before up and something may have been
 * decided in it, the draft repeats that.
 * @throws {CodedError} MEMBERSHIP_UNFIT, MEMBERSHIP_UNDECIDED
 */
export function draftBody(membership: Membership, change: MembershipChange): Draft {
  const {next} = membership;
  const wanted = bodyNow(membership, {change, anchors: endings(membership, change)});
  const freedom = freedomOf(next, wanted);
  switch (freedom.kind) {
    case "any":
      if (membersAfter(next.before, wanted) === null) throw unfit(change);
      return {body: wanted, isRepeated: false};
    case "none":
      throw undecided();
    case "one": {
      const repeated = [...next.bodies.values()].find((body) => decisionOf(body) === freedom.decision);
      const body = bodyNow(membership, present(repeated, "the proposal that may be decided"));
      if (!isJustified(next, body)) throw undecided();
      return {body, isRepeated: decisionOf(wanted) !== freedom.decision};
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
