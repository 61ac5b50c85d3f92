import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {present} from "../../src/core/index.ts";
import {decisionOf} from "../../src/membership/encoding.ts";
import {
  createWordCheck,
  draftBody,
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
import {enrolment, founding, RecordSet, signFake, verifyFake} from "./actors.ts";
import {History, historiesWith, type MembershipHistory} from "./random-history.ts";

const RUNS = runs(70, 1000);
const LIMIT = {timeout: 600_000};

const recordsOf = ({decided}: Membership): string[] => decided.map(({body}) => decisionOf(body));

function areOfOneChain(first: Membership, second: Membership): boolean {
  const [short, long] = [recordsOf(first), recordsOf(second)].sort((a, b) => a.length - b.length);
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
    expect(barred.size === 0 ? 3 * counted >= 2 * n : 2 * counted > n).toBe(true);
    members = new Set(after.members.keys());
  }
}

function expectNobodyHonestNamed(history: History, memberships: readonly Membership[]): void {
  const named = memberships.flatMap(({contradictions}) => contradictions.map(([{signer}]) => signer));
  expect(named.filter((key) => history.isHonest(key))).toEqual([]);
}

/** The keys that sign at the next height: those of the members, or the successors of those who handed over. */
function signersOf({current, words, next}: Membership): readonly string[] {
  const keys = new Set(current.members.keys());
  // A member that has voted at that height already leaves or hands over from the next one on.
  const endings = words.flatMap((word) =>
    (word.kind === "departure" || word.kind === "succession") && word.height <= next.height ? [word] : [],
  );
  // Goes on to the keys that it adds.
  for (const key of keys)
    for (const word of endings)
      if (word.kind === "succession" && word.signer === key) keys.add(word.successor);
  return [...keys].filter((key) => !endings.some(({signer}) => signer === key));
}

/**
 * A history that could not go on: a revocation without the vote of a member that had handed over had to be repeated,
 * though it could never be decided.
 */
const STOOD_STILL: MembershipHistory = {
  founders: 2,
  liars: [],
  actions: [
    {actor: 0, kind: "decide", pick: 0, other: 2, who: 1023, reach: 1023},
    {actor: 28, kind: "succeed", pick: 0, other: 0, who: 0, reach: 0},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 124, reach: 1023},
    {actor: 0, kind: "renew", pick: 0, other: 1, who: 1023, reach: 0},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 0, reach: 0},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 0, reach: 0},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 1023, reach: 0},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 0, reach: 1023},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 1023, reach: 0},
    {actor: 0, kind: "decide", pick: 0, other: 0, who: 1023, reach: 1023},
  ],
};

describe("any history of a consortium in which nobody lies", () => {
  it(`gives one chain to everybody, whatever they have heard (${RUNS} histories)`, LIMIT, () => {
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

  it(`can always go on: everyone gives up, and the next record is decided (${RUNS} histories)`, LIMIT, () => {
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
          const keys = signersOf(before);
          fc.pre(keys.length > 0);
          for (const key of keys) {
            const skip = skipOf(before, key);
            if (skip !== null) sign(skip, before);
          }
          const change: MembershipChange = {kind: "admit", members: [enrolment(23)]};
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
      {numRuns: RUNS, examples: [[STOOD_STILL]]},
    );
  });
});

describe("any history of a consortium in which members sign what contradicts them", () => {
  it(`proves the lie whenever two chains part, and names nobody honest (${RUNS} histories)`, LIMIT, () => {
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
          const isProven = history.union().read().contradictions.length > 0;
          expect(isProven || !haveParted).toBe(true);
        },
      ),
      {numRuns: RUNS},
    );
  });

  it(`follows from the set of records alone (${RUNS} histories)`, LIMIT, () => {
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
