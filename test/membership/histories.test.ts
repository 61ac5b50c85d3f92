import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {at, isCoded, present} from "../../src/core/index.ts";
import {
  createWordCheck,
  draftBody,
  type Genesis,
  type Membership,
  type MembershipChange,
  type MembershipRecord,
  membershipBodyHash,
  readMembership,
  refuseContradiction,
  skipOf,
  type UnsignedWord,
  voteFor,
} from "../../src/membership/index.ts";
import {runs} from "../setup/thorough.ts";
import {enrolment, founding, genesisOf, keyNumber, RecordSet, signFake, verifyFake} from "./actors.ts";

const RUNS = runs(300, 10_000);
const POOL = 10;
const EVERYBODY = 2 ** POOL - 1;

/** One action of one actor, a member in most cases; `pick` chooses among what it could do. */
interface Action {
  readonly actor: number;
  readonly kind: "propose" | "vote" | "skip" | "leave" | "succeed" | "hear" | "lie";
  readonly pick: number;
  readonly other: number;
  /** Who votes or gives up, one after the other: a bit for each. */
  readonly who: number;
  /** Who hears at once of what the actor knows afterwards: a bit for each. */
  readonly reach: number;
}

interface MembershipHistory {
  readonly founders: number;
  readonly liars: readonly number[];
  readonly actions: readonly Action[];
}

const someOrAll = fc.oneof(
  {weight: 3, arbitrary: fc.constant(EVERYBODY)},
  {weight: 3, arbitrary: fc.nat(EVERYBODY)},
);

const action: fc.Arbitrary<Action> = fc.record({
  actor: fc.nat(1000),
  kind: fc.constantFrom(
    "propose",
    "propose",
    "vote",
    "vote",
    "vote",
    "skip",
    "leave",
    "succeed",
    "hear",
    "lie",
    "lie",
  ),
  pick: fc.nat(1000),
  other: fc.nat(POOL - 1),
  who: someOrAll,
  reach: someOrAll,
});

function historiesWith(liars: (founders: number) => number): fc.Arbitrary<MembershipHistory> {
  return fc.integer({min: 1, max: 7}).chain((founders) =>
    fc.record({
      founders: fc.constant(founders),
      liars: fc.uniqueArray(fc.nat(founders - 1), {maxLength: liars(founders)}),
      actions: fc.array(action, {minLength: 6, maxLength: 24, size: "max"}),
    }),
  );
}

const chosen = <Value>(values: readonly Value[], pick: number): Value | undefined =>
  values[pick % values.length];

/** The actors whose bits are set. */
function numbersIn(mask: number): readonly number[] {
  return Array.from({length: POOL}, (_, index) => index).filter((index) => (mask >> index) % 2 === 1);
}

/** All actors' records, each with its own; a liar signs anything. */
class History {
  readonly genesis: Genesis;
  readonly views: readonly RecordSet[];
  readonly #liars: ReadonlySet<number>;
  readonly #numbers = new Map(Array.from({length: POOL}, (_, index) => [keyNumber(index), index]));

  constructor({founders, liars, actions}: MembershipHistory) {
    this.genesis = genesisOf(founders);
    const first = founding(this.genesis);
    const everybody = new RecordSet(this.genesis, first);
    this.views = Array.from({length: POOL}, () => everybody.with());
    this.#liars = new Set(liars);
    for (const each of actions) this.#act(each);
  }

  /** Everything that anybody signed. */
  union(): RecordSet {
    return at(this.views, 0).with(...this.views.flatMap((view) => view.all()));
  }

  isHonest(key: string): boolean {
    return ![...this.#liars].some((liar) => keyNumber(liar) === key);
  }

  #sign(actor: number, word: UnsignedWord, membership: Membership): void {
    if (!this.#liars.has(actor)) refuseContradiction(membership, word);
    at(this.views, actor).add(signFake(word, this.genesis));
  }

  /** The actor that is meant: a member as the drawn one knows them, in most cases. */
  #actorOf(drawn: number): number {
    const {current} = at(this.views, drawn % POOL).read();
    const members = [...current.members.keys()];
    return drawn % 5 === 0
      ? drawn % POOL
      : present(this.#numbers.get(at(members, drawn % members.length)), "a member");
  }

  #act(action: Action): void {
    const {kind, who, reach, other, pick} = action;
    const actor = this.#actorOf(action.actor);
    if (kind === "hear") this.#hear(actor, other, pick);
    else if (kind === "vote" || kind === "skip") for (const each of numbersIn(who)) this.#sayAs(each, action);
    else this.#sayAs(actor, action);
    for (const speaker of numbersIn(who))
      for (const hearer of numbersIn(reach))
        for (const record of at(this.views, speaker).all()) at(this.views, hearer).add(record);
  }

  #sayAs(actor: number, {kind, pick, other}: Action): void {
    const view = at(this.views, actor);
    const membership = view.read();
    const signer = keyNumber(actor);
    if (!membership.current.members.has(signer)) return;
    try {
      if (kind === "propose") this.#propose(actor, membership, this.#change(membership, pick, other));
      if (kind === "vote") this.#vote(actor, membership, pick);
      if (kind === "skip") this.#skip(actor, membership);
      if (kind === "lie" && this.#liars.has(actor)) this.#lie(actor, membership, pick);
      if (kind === "leave" || kind === "succeed") this.#end(actor, membership, kind, other);
    } catch (error) {
      if (!isCoded(error, "MEMBERSHIP_SIGNED_ALREADY", "MEMBERSHIP_UNFIT", "MEMBERSHIP_UNDECIDED"))
        throw error;
    }
  }

  /** Takes some of another's records: all, or those that `pick` lets through. */
  #hear(actor: number, other: number, pick: number): void {
    for (const [index, record] of at(this.views, other).all().entries())
      if (pick % 3 !== 0 || (index * 7 + pick) % 4 !== 0) at(this.views, actor).add(record);
  }

  #change({current}: Membership, pick: number, other: number): MembershipChange {
    const organisation = keyNumber(other);
    const {name} = enrolment(other);
    if (!current.members.has(organisation)) return {kind: "admit", members: [enrolment(other)]};
    return pick % 2 === 0
      ? {kind: "revoke", organisation}
      : {kind: "amend", organisation, name: `${name}-${pick}`, role: "evaluator"};
  }

  #propose(actor: number, membership: Membership, change: MembershipChange): void {
    const {body} = draftBody(membership, change);
    const hash = membershipBodyHash(body);
    const view = at(this.views, actor);
    const {open} = view.with(body).read();
    const proposal = open.find((each) => each.hash === hash);
    if (proposal === undefined) return;
    this.#sign(actor, voteFor(proposal, keyNumber(actor)), membership);
    view.add(body);
  }

  #vote(actor: number, membership: Membership, pick: number): void {
    const [best] = [...membership.open].sort((a, b) => b.inFavour.length - a.inFavour.length);
    const proposal = pick % 4 === 0 ? chosen(membership.open, pick) : best;
    if (proposal !== undefined) this.#sign(actor, voteFor(proposal, keyNumber(actor)), membership);
  }

  #skip(actor: number, membership: Membership): void {
    const skip = skipOf(membership, keyNumber(actor));
    if (skip !== null) this.#sign(actor, skip, membership);
  }

  #end(actor: number, membership: Membership, kind: "leave" | "succeed", other: number): void {
    const {height} = membership.next;
    const signer = keyNumber(actor);
    const word: UnsignedWord =
      kind === "leave"
        ? {kind: "departure", height, signer}
        : {kind: "succession", height, signer, successor: keyNumber(other)};
    if (membership.current.members.size > 1) this.#sign(actor, word, membership);
  }

  #lie(actor: number, membership: Membership, pick: number): void {
    const skip = skipOf(membership, keyNumber(actor));
    if (skip !== null) this.#sign(actor, {...skip, latest: null} as UnsignedWord, membership);
    for (const proposal of membership.open)
      if (pick % 2 === 0) this.#sign(actor, voteFor(proposal, keyNumber(actor)), membership);
  }
}

const hashes = ({decided}: Membership): string[] => decided.map(({hash}) => hash);

function areOfOneChain(first: Membership, second: Membership): boolean {
  const [short, long] = [hashes(first), hashes(second)].sort((a, b) => a.length - b.length);
  return present(short, "a chain").every((hash, height) => long?.[height] === hash);
}

/** The chains that anybody can read: each view, and parts of all records. */
function readings(history: History, seed: number): readonly Membership[] {
  const all = history.union().all();
  const part = (modulus: number): MembershipRecord[] =>
    all.filter((record, index) => record.kind === "body" || (index * 13 + seed) % modulus !== 0);
  const parts = [2, 3, 4, 5].map(
    (modulus) => new RecordSet(history.genesis, [...founding(history.genesis), ...part(modulus)]),
  );
  return [history.union(), ...history.views, ...parts].map((view) => view.read());
}

/** The rule of two thirds, written down once more: who must have voted for a decided record. */
function expectQuorum(history: History, {decided}: Membership): void {
  const votes = history
    .union()
    .all()
    .flatMap((record) => (record.kind === "vote" ? [record] : []));
  let members = new Set(history.genesis.members.map(({organisation}) => organisation));
  for (const {body, hash, after} of decided) {
    for (const word of body.anchors) {
      members.delete(word.signer);
      if (word.kind === "succession") members.add(word.successor);
    }
    const n = members.size;
    const barred = new Set<string>();
    if (body.change.kind === "revoke") barred.add(body.change.organisation);
    if (body.reason?.kind === "equivocation") barred.add(body.reason.words[0].signer);
    const voters = new Set(votes.filter((vote) => vote.body === hash).map(({signer}) => signer));
    const counted = [...voters].filter((voter) => members.has(voter) && !barred.has(voter)).length;
    if (barred.size === 0) expect(3 * counted).toBeGreaterThanOrEqual(2 * n);
    else expect(2 * counted).toBeGreaterThan(n);
    members = new Set(after.members.keys());
  }
}

function expectNobodyHonestNamed(history: History, memberships: readonly Membership[]): void {
  const named = memberships.flatMap(({contradictions}) => contradictions.map(([{signer}]) => signer));
  expect(named.filter((key) => history.isHonest(key))).toEqual([]);
}

describe("any history of a consortium in which nobody lies", () => {
  it(`gives one chain to everybody, whatever they have heard (${RUNS} histories)`, () => {
    fc.assert(
      fc.property(
        historiesWith(() => 0),
        fc.nat(),
        (plain, seed) => {
          const history = new History(plain);
          const memberships = readings(history, seed);
          for (const first of memberships) {
            expect(first.isForked).toBe(false);
            expectQuorum(history, first);
            for (const second of memberships) expect(areOfOneChain(first, second)).toBe(true);
          }
          expectNobodyHonestNamed(history, memberships);
        },
      ),
      {numRuns: RUNS},
    );
  });

  it(`can always go on: everyone gives up, and the next record is decided (${RUNS} histories)`, () => {
    fc.assert(
      fc.property(
        historiesWith(() => 0),
        (plain) => {
          const everything = new History(plain).union();
          const before = everything.read();
          const sign = (word: UnsignedWord, membership: Membership): void => {
            refuseContradiction(membership, word);
            everything.add(signFake(word, everything.genesis));
          };
          const endingKeys = before.words.flatMap((word) =>
            word.kind === "departure" || word.kind === "succession" ? [word] : [],
          );
          const keys = [...before.current.members.keys()].filter(
            (key) => !endingKeys.some(({signer}) => signer === key),
          );
          fc.pre(keys.length === before.current.members.size);
          for (const key of keys) {
            const skip = skipOf(before, key);
            if (skip !== null) sign(skip, before);
          }
          const change: MembershipChange = {kind: "admit", members: [enrolment(POOL + 1)]};
          const {body} = draftBody(everything.read(), change);
          everything.add(body);
          const proposed = everything.read();
          const proposal = present(
            proposed.open.find(({hash}) => hash === membershipBodyHash(body)),
            "the proposal",
          );
          for (const key of keys) sign(voteFor(proposal, key), everything.read());
          expect(everything.read().decided.length).toBe(before.decided.length + 1);
        },
      ),
      {numRuns: RUNS},
    );
  });
});

describe("any history of a consortium in which members sign what contradicts them", () => {
  it(`proves the lie whenever two chains part, and names nobody honest (${RUNS} histories)`, () => {
    fc.assert(
      fc.property(
        historiesWith((founders) => founders),
        fc.nat(),
        (plain, seed) => {
          const history = new History(plain);
          const memberships = readings(history, seed);
          expectNobodyHonestNamed(history, memberships);
          for (const membership of memberships) expectQuorum(history, membership);
          const haveParted = memberships.some((first) =>
            memberships.some((second) => !areOfOneChain(first, second)),
          );
          if (haveParted) expect(history.union().read().contradictions.length).toBeGreaterThan(0);
        },
      ),
      {numRuns: RUNS},
    );
  });

  it(`follows from the set of records alone (${RUNS} histories)`, () => {
    fc.assert(
      fc.property(
        historiesWith((founders) => founders),
        fc.nat(),
        (plain, seed) => {
          const {genesis, ...history} = new History(plain);
          const records = history.views.flatMap((view) => view.all());
          const forged = records.flatMap((record) =>
            record.kind === "body" ? [] : [{...record, signature: record.signature.map((byte) => byte ^ 1)}],
          );
          const shuffled = [...records, ...forged, ...records.slice(0, 5)]
            .map((record, index) => ({record, order: Math.imul(index + 1, seed | 1) % 1009}))
            .sort((a, b) => a.order - b.order)
            .map(({record}) => record);
          const expected = readMembership({genesis, records}, createWordCheck(genesis, verifyFake));
          expect(readMembership({genesis, records: shuffled}, createWordCheck(genesis, verifyFake))).toEqual(
            expected,
          );
        },
      ),
      {numRuns: Math.ceil(RUNS / 4)},
    );
  });
});
