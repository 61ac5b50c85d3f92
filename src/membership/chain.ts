import {present, toHex} from "../core/index.ts";
import {contradict, contradictions, type MembershipContradiction} from "./contradiction.ts";
import {chainId, decisionOf, type MembershipRecords, membershipBodyHash} from "./encoding.ts";
import {type HeightFacts, isJustified} from "./justification.ts";
import {anchored, type MemberSet, membersAfter} from "./members.ts";
import {electorateOf} from "./quorum.ts";
import type {Delegation, Enrolment, Genesis, MembershipBody, MembershipVote, SignedWord} from "./records.ts";
import type {WordCheck} from "./signatures.ts";

/** A body of the next height that fits and is justified, with the members who voted for it so far. */
export interface OpenProposal {
  readonly hash: string;
  readonly body: MembershipBody;
  readonly inFavour: readonly string[];
  readonly needed: number;
}

/** A record that a quorum decided. */
export interface DecidedRecord extends OpenProposal {
  /** The members after it. */
  readonly after: MemberSet;
}

/** The place of a founder's vote for the genesis `id`. */
export function foundingVote(
  id: string,
): Pick<MembershipVote, "kind" | "height" | "attempt" | "previous" | "body"> {
  return {kind: "vote", height: 0, attempt: 0, previous: id, body: id};
}

/** A consortium as a set of records describes it. Equal sets describe the same, in whatever order. */
export interface Membership {
  /** The consortium's id: the hash of its genesis. */
  readonly id: string;
  readonly genesis: Genesis;
  /** Founders whose signature on the genesis is missing; while there are any, the consortium does not exist. */
  readonly unsigned: readonly string[];
  /** Decided records, lowest height first. */
  readonly decided: readonly DecidedRecord[];
  /** Hash of the newest decided record, see {@link decisionOf}, or the id. */
  readonly head: string;
  /** The members after the newest decided record. */
  readonly current: MemberSet;
  /** All that is known of the height after the newest decided record. */
  readonly next: HeightFacts;
  /** Justified proposals for that height. */
  readonly open: readonly OpenProposal[];
  /** True if two records of one attempt were decided at that height, so that the chain ends before it. */
  readonly isForked: boolean;
  /** All signed words, each once, in an order that follows from their set. */
  readonly words: readonly SignedWord[];
  /** The keys whose words count: every member's, present or past, its successors' and for recovery. */
  readonly accountable: ReadonlySet<string>;
  /** A contradiction of each member, present or past, successor or recovery key that signed one. */
  readonly contradictions: readonly MembershipContradiction[];
  /** The newest delegation of each member's organisation key that has one, and only one, with that number. */
  readonly delegations: ReadonlyMap<string, Delegation>;
}

/** The records sorted by kind; those whose signatures do not hold are left out. */
interface Sorted {
  readonly bodies: readonly (readonly [string, MembershipBody])[];
  readonly votes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly words: readonly SignedWord[];
}

/** The signed words that a body carries. */
function carriedWords({anchors, reason}: MembershipBody): readonly SignedWord[] {
  if (reason?.kind === "skipped") return [...anchors, ...reason.skips];
  return reason?.kind === "equivocation" ? [...anchors, ...reason.words] : anchors;
}

function byKey<Value>(values: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...values].sort(([first], [second]) => (first < second ? -1 : 1));
}

/** A text that no other signed word has: one key can sign the same words in many ways. */
function textOf(word: SignedWord): string {
  const signatures = "accepted" in word ? [word.signature, word.accepted] : [word.signature];
  return [word.signer, ...signatures.map(toHex)].join(" ");
}

function sorted({records}: MembershipRecords, isSigned: WordCheck): Sorted {
  const bodies = new Map<string, MembershipBody>();
  const words = new Map<string, SignedWord>();
  const addWord = (word: SignedWord): unknown => words.set(textOf(word), word);
  for (const record of records) {
    if (record.kind !== "body") {
      if (isSigned(record)) addWord(record);
    } else if (carriedWords(record).every((word) => isSigned(word))) {
      bodies.set(membershipBodyHash(record), record);
      for (const word of carriedWords(record)) addWord(word);
    }
  }
  const inOrder = byKey(words).map(([, word]) => word);
  return {bodies: byKey(bodies), votes: votesOf(inOrder), words: inOrder};
}

/** The text that votes for the same body at the same place share. */
function placeOf(
  {height, attempt, previous}: Pick<MembershipVote, "height" | "attempt" | "previous">,
  body: string,
): string {
  return [height, attempt, previous, body].join(" ");
}

/** The signers of the votes at each place. */
function votesOf(words: readonly SignedWord[]): ReadonlyMap<string, ReadonlySet<string>> {
  const votes = new Map<string, Set<string>>();
  for (const word of words) {
    if (word.kind !== "vote") continue;
    const place = placeOf(word, word.body);
    votes.set(place, (votes.get(place) ?? new Set()).add(word.signer));
  }
  return votes;
}

function proposalsAt(facts: HeightFacts, {votes}: Sorted): readonly DecidedRecord[] {
  return [...facts.bodies].flatMap(([hash, body]) => {
    if (!isJustified(facts, body)) return [];
    const base = present(anchored(facts.before, body), "the members of a body that fits");
    const {voters, needed} = electorateOf(body, base.members, facts.genesis);
    const given = votes.get(placeOf(body, hash));
    const inFavour = given === undefined ? [] : [...voters].filter((voter) => given.has(voter)).sort();
    const after = present(membersAfter(facts.before, body), "the members after a body that fits");
    return [{hash, body, inFavour, needed, after}];
  });
}

type Place = Pick<HeightFacts, "height" | "previous" | "before">;

/** The bodies of one height that follow the record before and fit its members. */
function factsAt(genesis: Genesis, {bodies}: Sorted, place: Place): HeightFacts {
  const {height, previous, before} = place;
  const fitting = bodies.filter(
    ([, body]) => body.height === height && body.previous === previous && membersAfter(before, body) !== null,
  );
  return {genesis, ...place, bodies: new Map(fitting)};
}

type Walk = Pick<Membership, "decided" | "open" | "isForked" | "next">;

/** Follows the chain as far as it is decided. At each height the decided record of the highest attempt stands. */
function walk(genesis: Genesis, known: Sorted, founders: MemberSet): Walk {
  const decided: DecidedRecord[] = [];
  for (;;) {
    const last = decided.at(-1);
    const previous = last === undefined ? chainId(genesis) : decisionOf(last.body);
    const place = {before: last?.after ?? founders, previous};
    const next = factsAt(genesis, known, {...place, height: decided.length + 1});
    const open = proposalsAt(next, known);
    const won = open.filter(({inFavour, needed}) => inFavour.length >= needed);
    const newest = Math.max(-1, ...won.map(({body}) => body.attempt));
    const [winner, rival] = won.filter(({body}) => body.attempt === newest);
    if (winner === undefined || rival !== undefined)
      return {decided, open, next, isForked: rival !== undefined};
    decided.push(winner);
  }
}

/** The newest delegation of each key in `members`; a key that signed two with its newest number has none. */
function newestDelegations(
  words: readonly SignedWord[],
  members: MemberSet["members"],
): ReadonlyMap<string, Delegation> {
  const newest = new Map<string, Delegation>();
  const contradicted = new Set<string>();
  for (const word of words) {
    if (word.kind !== "delegation" || !members.has(word.signer)) continue;
    const before = newest.get(word.signer);
    if (before === undefined || word.sequence > before.sequence) {
      newest.set(word.signer, word);
      contradicted.delete(word.signer);
    } else if (contradict(before, word)) contradicted.add(word.signer);
  }
  return new Map([...newest].filter(([key]) => !contradicted.has(key)));
}

/** The keys to which each key handed over. */
function successorsOf(words: readonly SignedWord[]): ReadonlyMap<string, readonly string[]> {
  const successors = new Map<string, string[]>();
  for (const word of words) {
    if (word.kind !== "succession") continue;
    const own = successors.get(word.signer) ?? [];
    own.push(word.successor);
    successors.set(word.signer, own);
  }
  return successors;
}

/** The keys that must not contradict themselves: every member's, present or past, its successors' and for recovery. */
function accountableKeys(
  {members, recovery}: Genesis,
  decided: readonly DecidedRecord[],
  words: readonly SignedWord[],
): ReadonlySet<string> {
  const keys = new Set([...members.map(({organisation}) => organisation), ...(recovery?.keys ?? [])]);
  for (const {after} of decided) for (const key of after.members.keys()) keys.add(key);
  const successors = successorsOf(words);
  // Goes on to the keys that it adds.
  for (const key of keys) for (const successor of successors.get(key) ?? []) keys.add(successor);
  return keys;
}

/** The chain before anything was decided. */
function unfounded(genesis: Genesis, founders: MemberSet): Walk {
  const next = {genesis, height: 1, previous: chainId(genesis), before: founders, bodies: new Map()};
  return {decided: [], open: [], isForked: false, next};
}

/**
 * Reads what `records` say. It follows from their set alone: doubled, reordered or foreign records and those
 * with false signatures change nothing.
 */
export function readMembership(records: MembershipRecords, isSigned: WordCheck): Membership {
  const {genesis} = records;
  const id = chainId(genesis);
  const known = sorted(records, isSigned);
  const {words} = known;
  const members = new Map(
    genesis.members.map((member): [string, Enrolment] => [member.organisation, member]),
  );
  const founders: MemberSet = {members, gone: new Set()};
  const signed = known.votes.get(placeOf(foundingVote(id), id));
  const unsigned = [...members.keys()].filter((founder) => signed?.has(founder) !== true).sort();
  const chain = unsigned.length > 0 ? unfounded(genesis, founders) : walk(genesis, known, founders);
  const {before: current, previous: head} = chain.next;
  const accountable = accountableKeys(genesis, chain.decided, words);
  return {
    id,
    genesis,
    unsigned,
    ...chain,
    head,
    current,
    words,
    accountable,
    contradictions: contradictions(words.filter(({signer}) => accountable.has(signer))),
    delegations: newestDelegations(words, current.members),
  };
}
