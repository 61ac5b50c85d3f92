import {describe, expect, it} from "vitest";
import {at} from "../../src/core/index.ts";
import {contradict} from "../../src/membership/contradiction.ts";
import {
  draftBody,
  refuseContradiction,
  type SignedWord,
  skipOf,
  type UnsignedWord,
  voteFor,
} from "../../src/membership/index.ts";
import {keyNumber} from "./actors.ts";
import {admit, Scenario} from "./scenario.ts";

const four = new Scenario(4);
const [first, second] = [four.body(admit(4)), four.body(admit(5))];
const later = {...first, attempt: 1};
const elsewhere = {...second, previous: "ab".repeat(32)};
const vote = (body: typeof first): SignedWord => at(four.votes(body, 0), 0);
const delegation = (sequence: number, until: number, signer = 0): SignedWord =>
  four.sign({
    kind: "delegation",
    sequence,
    node: keyNumber(9),
    from: 0,
    until,
    addresses: [],
    signer: keyNumber(signer),
  });

const CONTRADICTING: readonly (readonly [string, SignedWord, SignedWord])[] = [
  ["votes for two bodies in one attempt", vote(first), vote(second)],
  ["a vote and a skip that tells of none", vote(first), four.skip(0, 0, null)],
  ["a vote and a skip that tells of another", vote(first), four.skip(0, 0, second)],
  ["a later vote and a skip that tells of an earlier one", vote(later), four.skip(0, 1, first)],
  ["skips of one attempt that differ", four.skip(0, 0, null), four.skip(0, 0, first)],
  ["a later skip that tells of less", four.skip(0, 0, first), four.skip(0, 1, null)],
  ["a later skip that tells of another", four.skip(0, 0, first), four.skip(0, 1, second)],
  ["delegations of one number", delegation(1, 5), delegation(1, 6)],
  ["a departure and a vote", four.departure(0), vote(first)],
  ["a departure and a skip", four.departure(0), four.skip(0, 0, null)],
  ["a succession and a vote", four.succession(0, 10), vote(first)],
  ["departures at two heights", four.departure(0, 1), four.departure(0, 2)],
  ["a departure and a succession", four.departure(0), four.succession(0, 10)],
  ["successions to two keys", four.succession(0, 10), four.succession(0, 11)],
];

const AGREEING: readonly (readonly [string, SignedWord, SignedWord])[] = [
  ["a vote and itself", vote(first), vote(first)],
  ["votes in two attempts", vote(first), vote({...second, attempt: 1})],
  ["votes after two records", vote(first), vote(elsewhere)],
  ["a vote and a skip that tells of it", vote(first), four.skip(0, 0, first)],
  ["a vote in a later attempt than a skip", four.skip(0, 0, null), vote(later)],
  ["an earlier vote and a skip that tells of a later one", vote(first), four.skip(0, 1, later)],
  ["a later skip that tells of a later vote", four.skip(0, 0, first), four.skip(0, 1, later)],
  ["a skip and a vote after another record", four.skip(0, 0, null), vote(elsewhere)],
  ["delegations of two numbers", delegation(1, 5), delegation(2, 6)],
  ["a departure and a vote below it", four.departure(0, 2), vote(first)],
  ["two members' votes", vote(first), at(four.votes(second, 1), 0)],
];

describe("two words of one member", () => {
  it.each(CONTRADICTING)("contradict each other: %s; and the second is refused", (_, one, other) => {
    for (const [before, after] of [
      [one, other],
      [other, one],
    ] as const) {
      expect(contradict(before, after)).toBe(true);
      const {signature: _signature, ...bare} = after;
      expect(() => refuseContradiction({words: [before]}, bare as UnsignedWord)).toThrow(
        `this key has signed a ${before.kind} that the new ${after.kind} would contradict`,
      );
    }
  });

  it.each(AGREEING)("agree: %s; and the second may be signed", (_, one, other) => {
    for (const [before, after] of [
      [one, other],
      [other, one],
    ] as const) {
      expect(contradict(before, after)).toBe(false);
      expect(() => refuseContradiction({words: [before]}, after)).not.toThrow();
    }
  });
});

describe("delegations", () => {
  it("count by the highest number, of members alone, and not when that one is contradicted", () => {
    const newest = (...words: SignedWord[]) => four.read(...words).delegations.get(keyNumber(0));
    expect(newest(delegation(1, 5), delegation(3, 7), delegation(2, 6))).toMatchObject({sequence: 3});
    expect(newest(delegation(3, 7), delegation(3, 8), delegation(2, 6))).toBeUndefined();
    expect(newest(delegation(3, 7), delegation(3, 8), delegation(4, 6))).toMatchObject({sequence: 4});
    expect(newest(delegation(3, 7), delegation(2, 8), delegation(2, 6))).toMatchObject({sequence: 3});
    expect(four.read(delegation(1, 5, 9)).delegations.size).toBe(0);
  });

  it("end with the membership", () => {
    const body = four.body(admit(4), {anchors: [four.departure(0)]});
    const after = four.read(delegation(1, 5), body, ...four.votes(body, 1, 2));
    expect(after.delegations.size).toBe(0);
  });
});

describe("what a member signs next", () => {
  it("is a vote where the proposal stands, and a skip that tells of it", () => {
    const {open} = four.read(first);
    const word = four.sign(voteFor(at(open, 0), keyNumber(0)));
    expect(word).toEqual(vote(first));
    const skip = skipOf(four.read(first, word), keyNumber(0));
    expect(skip).toMatchObject({attempt: 0, latest: {attempt: 0, body: at(open, 0).hash}});
    expect(skipOf(four.read(first, word), keyNumber(1))).toMatchObject({attempt: 0, latest: null});
  });

  it("is no skip where nobody voted", () => {
    expect(skipOf(four.read(first), keyNumber(0))).toBeNull();
  });

  it("is no draft that does not fit", () => {
    expect(() => draftBody(four.read(), admit(1))).toThrow(/fits them/);
  });
});
