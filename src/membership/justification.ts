import {present, unreachable} from "../core/index.ts";
import {contradict} from "./contradiction.ts";
import {decisionOf} from "./encoding.ts";
import {anchored, type MemberSet} from "./members.ts";
import {chainQuorum, electorateOf} from "./quorum.ts";
import {
  type AttemptReason,
  FIRST_RECOVERY_ATTEMPT,
  type Genesis,
  type MembershipBody,
  type Skip,
} from "./records.ts";

/** All that is known at one height. */
export interface HeightFacts {
  readonly genesis: Genesis;
  readonly height: number;
  /** Hash of the record before. */
  readonly previous: string;
  /** The members before this height. */
  readonly before: MemberSet;
  /** The bodies of this height that fit what is before, by hash. */
  readonly bodies: ReadonlyMap<string, MembershipBody>;
}

/**
 * The choice that the reason of an attempt leaves: everything, one decision (its hash), or nothing because the
 * reason does not hold.
 */
type Freedom =
  | {readonly kind: "any"}
  | {readonly kind: "none"}
  | {readonly kind: "one"; readonly decision: string};

const ANY: Freedom = {kind: "any"};
const NONE: Freedom = {kind: "none"};

/** The members whose skips count: those after the body's anchors. */
function baseOf({before}: HeightFacts, body: MembershipBody): MemberSet {
  return present(anchored(before, body), "the members of a body that fits");
}

/** Keys that signed nothing at this height or lied, as the body's departures and successions prove. */
function endedKeys({anchors}: MembershipBody): ReadonlySet<string> {
  return new Set(anchors.map(({signer}) => signer));
}

interface Favoured {
  readonly body: MembershipBody;
  readonly signers: readonly string[];
}

/** Tells whether a body can have got its quorum, when all votes of the keys in `known` are known. */
function isPossible(facts: HeightFacts, {body, signers}: Favoured, known: ReadonlySet<string>): boolean {
  const {voters, needed} = electorateOf(body, baseOf(facts, body).members, facts.genesis);
  const inFavour = signers.filter((signer) => voters.has(signer)).length;
  const unknown = [...voters].filter((voter) => !known.has(voter)).length;
  return inFavour + unknown >= needed;
}

/**
 * Tells whether the one decision to which all of `favoured` are bound can have got its quorum in any attempt, when
 * the keys in `known` have told of their latest vote or have signed nothing at this height. A key may have voted for
 * it in each attempt up to its latest vote. Without this, a decision that lacks the vote of a key which has handed
 * over since would have to be repeated for ever.
 */
function mayStand(
  facts: HeightFacts,
  favoured: readonly Favoured[],
  skips: readonly Skip[],
  known: ReadonlySet<string>,
): boolean {
  const signers = skips.flatMap(({signer, latest}) => (latest === null ? [] : [signer]));
  return favoured.some(({body}) => isPossible(facts, {body, signers}, known));
}

type Lie = Extract<AttemptReason, {kind: "equivocation"}>;

/** Tells whether a skip tells of no vote, or of one for a proposal that is known and was allowed. */
export function isUsable(facts: HeightFacts, {attempt, latest}: Skip): boolean {
  if (latest === null) return true;
  const body = facts.bodies.get(latest.body);
  return (
    body !== undefined &&
    latest.attempt <= attempt &&
    body.attempt === latest.attempt &&
    isJustified(facts, body)
  );
}

/** The bodies of the latest attempt that any of `skips` voted in, with these voters; null if one is not known. */
function latestVotes(facts: HeightFacts, skips: readonly Skip[]): readonly Favoured[] | null {
  const newest = Math.max(-1, ...skips.map(({latest}) => latest?.attempt ?? -1));
  const voters = new Map<string, string[]>();
  for (const {latest, signer} of skips)
    if (latest?.attempt === newest) voters.set(latest.body, [...(voters.get(latest.body) ?? []), signer]);
  const favoured: Favoured[] = [];
  for (const [hash, signers] of voters) {
    const body = facts.bodies.get(hash);
    if (body === undefined || body.attempt !== newest || !isJustified(facts, body)) return null;
    favoured.push({body, signers});
  }
  return favoured;
}

/**
 * The choice that a quorum's skips leave. If every vote of the newest attempt was bound to one decision, that one
 * stays bound as long as any attempt may have decided it. Otherwise no earlier attempt decided, and a decision is
 * bound if the newest attempt may have made it.
 * @see Leslie Lamport, Fast Paxos, Distributed Computing 19 (2006), section 3.1: the rule for picking a value
 */
function afterSkips(facts: HeightFacts, body: MembershipBody, skips: readonly Skip[]): Freedom {
  const {attempt, previous} = body;
  const {members} = baseOf(facts, body);
  const signers = new Set(skips.map(({signer}) => signer));
  const areOfThisAttempt = skips.every(
    (skip) =>
      skip.height === facts.height &&
      skip.previous === previous &&
      skip.attempt === attempt - 1 &&
      members.has(skip.signer) &&
      (skip.latest === null || skip.latest.attempt <= skip.attempt),
  );
  if (!areOfThisAttempt || signers.size < skips.length || skips.length < chainQuorum(members.size))
    return NONE;
  const favoured = latestVotes(facts, skips);
  if (favoured === null) return NONE;
  const freedoms = favoured.map((each) => freedomOf(facts, each.body));
  const bound = new Set(freedoms.map((freedom) => (freedom.kind === "one" ? freedom.decision : null)));
  const [only] = bound;
  const silent = new Set([...signers, ...endedKeys(body)]);
  if (bound.size === 1 && typeof only === "string")
    return mayStand(facts, favoured, skips, silent) ? {kind: "one", decision: only} : ANY;
  const possible = favoured.filter((each) => isPossible(facts, each, silent));
  const decisions = [...new Set(possible.map((each) => decisionOf(each.body)))];
  const [decision] = decisions;
  if (decision === undefined) return ANY;
  return decisions.length === 1 ? {kind: "one", decision} : NONE;
}

/** Tells whether the words, on the place after the record before `body`, contradict each other. */
function provesLie(facts: HeightFacts, body: MembershipBody, [first, second]: Lie["words"]): boolean {
  const isOfThisPlace =
    first.height === facts.height && first.previous === body.previous && first.attempt < body.attempt;
  const isMember = [facts.before, baseOf(facts, body)].some(({members}) => members.has(first.signer));
  return isOfThisPlace && isMember && contradict(first, second);
}

/** Findings, each made once: the reason of an attempt rests on those before it, and several may rest on one. */
const found = new WeakMap<HeightFacts, WeakMap<MembershipBody, Freedom>>();

/** The choice that the reason of `body` leaves. */
export function freedomOf(facts: HeightFacts, body: MembershipBody): Freedom {
  const atHeight = found.get(facts) ?? new WeakMap<MembershipBody, Freedom>();
  found.set(facts, atHeight);
  const freedom = atHeight.get(body) ?? judge(facts, body);
  atHeight.set(body, freedom);
  return freedom;
}

function judge(facts: HeightFacts, body: MembershipBody): Freedom {
  const {attempt, reason} = body;
  if (reason === null || attempt === 0) return reason === null && attempt === 0 ? ANY : NONE;
  const isOfRecovery = attempt >= FIRST_RECOVERY_ATTEMPT;
  if (isOfRecovery !== (reason.kind === "recovery")) return NONE;
  switch (reason.kind) {
    case "skipped":
      return afterSkips(facts, body, reason.skips);
    case "equivocation":
      return provesLie(facts, body, reason.words) ? ANY : NONE;
    case "recovery":
      return facts.genesis.recovery === null ? NONE : ANY;
    default:
      return unreachable(reason);
  }
}

/** Tells whether the reason of `body` holds, and allows what it changes. */
export function isJustified(facts: HeightFacts, body: MembershipBody): boolean {
  const freedom = freedomOf(facts, body);
  return freedom.kind === "any" || (freedom.kind === "one" && freedom.decision === decisionOf(body));
}
