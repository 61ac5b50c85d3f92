import {createIdentity, type Identity} from "../../src/consortium/index.ts";
import {at, sha256} from "../../src/core/index.ts";
import type {
  MembershipBody,
  MembershipChange,
  MembershipRecord,
  SignedWord,
} from "../../src/membership/index.ts";
import type {Scenario} from "./scenario.ts";

/** What a set of records says, sites by number. */
export interface Verdict {
  /** Number of decided records. */
  readonly height: number;
  readonly members: readonly number[];
  readonly isForked: boolean;
  /** Who is proven to have contradicted itself, in ascending order. */
  readonly liars: readonly number[];
}

/** Keys from fixed seeds: the hash of the key's number in a text. */
export const identities: readonly Identity[] = Array.from({length: 24}, (_, index) =>
  createIdentity(sha256(new TextEncoder().encode(`consilium signed histories, key ${index}`))),
);

export const keyOf = (index: number): string => at(identities, index).peerId;

const admit = (index: number): MembershipChange => ({
  kind: "admit",
  members: [{organisation: keyOf(index), name: `site-${index}`, role: "trainer"}],
});
const revoke = (index: number): MembershipChange => ({kind: "revoke", organisation: keyOf(index)});

const FOUR = [0, 1, 2, 3];

type Tale = (scenario: Scenario) => readonly MembershipRecord[];
const skipped = (skips: readonly SignedWord[]): Pick<MembershipBody, "reason"> => ({
  reason: {kind: "skipped", skips: skips as never},
});
const lied = (first: SignedWord, second: SignedWord): Pick<MembershipBody, "reason"> => ({
  reason: {kind: "equivocation", words: [first, second] as never},
});

/** Name, founders, what is signed, and what must be read. */
export const TALES: readonly (readonly [string, number, Tale, Verdict])[] = [
  [
    "one member admits another alone",
    1,
    (one) => {
      const body = one.body(admit(4));
      return [body, ...one.votes(body, 0)];
    },
    {height: 1, members: [0, 4], isForked: false, liars: []},
  ],
  [
    "three of five and a stranger do not decide",
    5,
    (five) => {
      const body = five.body(admit(5));
      return [body, ...five.votes(body, 0, 1, 2, 9)];
    },
    {height: 0, members: [0, 1, 2, 3, 4], isForked: false, liars: []},
  ],
  [
    "two skips of four members are no reason",
    4,
    (four) => {
      const skips = [four.skip(0, 0, null), four.skip(1, 0, null)];
      const next = four.body(admit(6), {attempt: 1, ...skipped(skips)});
      return [next, ...four.votes(next, 0, 1, 2, 3)];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "two of four do not revoke a third",
    4,
    (four) => {
      const body = four.body(revoke(3));
      return [body, ...four.votes(body, 0, 1, 3)];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "a revoked key is not admitted again",
    4,
    (four) => {
      const body = four.body(revoke(3));
      const before = [body, ...four.votes(body, 0, 1, 2)];
      const again = four.body(admit(3), {}, four.read(...before).next);
      return [...before, again, ...four.votes(again, 0, 1, 2)];
    },
    {height: 1, members: [0, 1, 2], isForked: false, liars: []},
  ],
  [
    "a vote whose signature was changed does not count",
    4,
    (four) => {
      const body = four.body(admit(4));
      const [first, ...others] = four.votes(body, 0, 1, 2);
      const word = at(first === undefined ? [] : [first], 0);
      return [
        body,
        ...others,
        {...word, signature: word.signature.map((byte, index) => byte ^ Number(index === 9))},
      ];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "a split vote is given up and another record decided",
    4,
    (four) => {
      const [one, two] = [four.body(admit(4)), four.body(admit(5))];
      const skips = [four.skip(0, 0, one), four.skip(1, 0, one), four.skip(2, 0, two), four.skip(3, 0, two)];
      const next = four.body(admit(6), {attempt: 1, ...skipped(skips)});
      return [
        one,
        two,
        next,
        ...four.votes(one, 0, 1),
        ...four.votes(two, 2, 3),
        ...four.votes(next, 1, 2, 3),
      ];
    },
    {height: 1, members: [0, 1, 2, 3, 6], isForked: false, liars: []},
  ],
  [
    "what may be decided cannot be replaced",
    4,
    (four) => {
      const one = four.body(admit(4));
      const skips = [four.skip(0, 0, one), four.skip(1, 0, one), four.skip(3, 0, null)];
      const next = four.body(admit(6), {attempt: 1, ...skipped(skips)});
      return [one, next, ...four.votes(one, 0, 1), ...four.votes(next, 0, 1, 3)];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "what may be decided stays bound through another attempt",
    4,
    (four) => {
      const one = four.body(admit(4));
      const skips = [four.skip(0, 0, one), four.skip(1, 0, one), four.skip(3, 0, null)];
      const again = four.body(admit(4), {attempt: 1, ...skipped(skips)});
      const later = [four.skip(0, 1, again), four.skip(1, 1, one), four.skip(3, 1, null)];
      const next = four.body(admit(6), {attempt: 2, ...skipped(later)});
      return [one, again, next, ...four.votes(again, 0), ...four.votes(next, 0, 1, 2, 3)];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "what nobody can have decided is bound no longer",
    4,
    (four) => {
      const one = four.body(admit(4));
      const skips = [four.skip(0, 0, one), four.skip(1, 0, one), four.skip(3, 0, null)];
      const again = four.body(admit(4), {attempt: 1, ...skipped(skips)});
      const told = [four.skip(0, 1, again), four.skip(1, 1, one), four.skip(3, 1, null)];
      const next = four.body(admit(6), {attempt: 2, ...skipped([...told, four.skip(2, 1, null)])});
      return [one, again, next, ...four.votes(again, 0), ...four.votes(next, 0, 1, 2, 3)];
    },
    {height: 1, members: [...FOUR, 6], isForked: false, liars: []},
  ],
  [
    "a repeated decision leaves what follows the first in place",
    4,
    (four) => {
      const one = four.body(admit(4));
      const early = [one, ...four.votes(one, 0, 1, 2)];
      const skips = [four.skip(0, 0, one), four.skip(1, 0, one), four.skip(3, 0, null)];
      const again = four.body(admit(4), {attempt: 1, ...skipped(skips)});
      const next = four.body(revoke(3), {}, four.read(...early).next);
      return [...early, again, ...four.votes(again, 0, 1, 3), next, ...four.votes(next, 0, 1, 2, 4)];
    },
    {height: 2, members: [0, 1, 2, 4], isForked: false, liars: []},
  ],
  [
    "nor are two with a stranger's",
    4,
    (four) => {
      const skips = [four.skip(0, 0, null), four.skip(1, 0, null), four.skip(9, 0, null)];
      const next = four.body(admit(6), {attempt: 1, ...skipped(skips)});
      return [next, ...four.votes(next, 0, 1, 2, 3)];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "members who deny their votes are named, and the later attempt stands",
    4,
    (four) => {
      const [one, next] = [
        four.body(admit(4)),
        four.body(admit(5), {attempt: 1, ...skipped([0, 1, 2].map((member) => four.skip(member, 0, null)))}),
      ];
      return [one, next, ...four.votes(one, 0, 1, 3), ...four.votes(next, 0, 1, 2)];
    },
    {height: 1, members: [0, 1, 2, 3, 5], isForked: false, liars: [0, 1]},
  ],
  [
    "two records of one attempt fork, and the double voter is named",
    3,
    (three) => {
      const [one, two] = [three.body(admit(4)), three.body(admit(5))];
      return [one, two, ...three.votes(one, 0, 2), ...three.votes(two, 1, 2)];
    },
    {height: 0, members: [0, 1, 2], isForked: true, liars: [2]},
  ],
  [
    "after a fork the others go on without the liar's vote",
    3,
    (three) => {
      const [one, two] = [three.body(admit(4)), three.body(admit(5))];
      const votes = [...three.votes(one, 0, 2), ...three.votes(two, 1, 2)];
      const next = three.body(revoke(2), {attempt: 1, ...lied(at(votes, 1), at(votes, 3))});
      return [one, two, ...votes, next, ...three.votes(next, 0, 1)];
    },
    {height: 1, members: [0, 1], isForked: false, liars: [2]},
  ],
  [
    "a liar has no say about the attempt that its lie made",
    4,
    (four) => {
      const [one, two] = [four.body(admit(4)), four.body(admit(5))];
      const next = four.body(admit(6), {
        attempt: 1,
        ...lied(at(four.votes(one, 3), 0), at(four.votes(two, 3), 0)),
      });
      return [next, ...four.votes(next, 0, 1, 3)];
    },
    {height: 0, members: FOUR, isForked: false, liars: [3]},
  ],
  [
    "words about what follows two records contradict nothing",
    4,
    (four) => {
      const [one, two] = [four.body(admit(4)), four.body(admit(5))];
      const elsewhere = {...two, previous: "ab".repeat(32)};
      const [vote, other] = [at(four.votes(one, 0), 0), at(four.votes(elsewhere, 0), 0)];
      const next = four.body(admit(6), {attempt: 1, ...lied(vote, other)});
      return [one, next, ...four.votes(one, 0, 1, 2), other, ...four.votes(next, 1, 2, 3)];
    },
    {height: 1, members: [0, 1, 2, 3, 4], isForked: false, liars: []},
  ],
  [
    "one leaves and one takes a new key",
    4,
    (four) => {
      const body = four.body(admit(4), {anchors: [four.departure(3), four.succession(2, 10)]});
      return [body, ...four.votes(body, 0, 1)];
    },
    {height: 1, members: [0, 1, 4, 10], isForked: false, liars: []},
  ],
  [
    "a departure for a later height is not anchored",
    4,
    (four) => {
      const body = four.body(admit(4), {anchors: [four.departure(3, 2)]});
      return [body, ...four.votes(body, 0, 1, 2)];
    },
    {height: 0, members: FOUR, isForked: false, liars: []},
  ],
  [
    "nobody takes over what everybody left",
    2,
    (two) => {
      const body = two.body(admit(9), {anchors: [two.departure(0), two.departure(1)]});
      return [body, ...two.votes(body, 9)];
    },
    {height: 0, members: [0, 1], isForked: false, liars: []},
  ],
  [
    "the recovery keys replace what members decided",
    4,
    (four) => {
      const one = four.body(admit(4));
      const body = four.body(revoke(3), {attempt: 64, reason: {kind: "recovery"}});
      return [one, ...four.votes(one, 0, 1, 2), body, ...four.votes(body, 20, 21)];
    },
    {height: 1, members: [0, 1, 2], isForked: false, liars: []},
  ],
];
