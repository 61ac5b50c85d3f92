import {describe, expect, it} from "vitest";
import type {MembershipBody} from "../../src/membership/index.ts";
import {keyNumber} from "./actors.ts";
import {admit, changesOf, membersOf, namedIn, revoke, Scenario} from "./scenario.ts";

const RECOVERY = {keys: [keyNumber(20), keyNumber(21), keyNumber(22)], threshold: 2};

describe("recovery keys", () => {
  const four = new Scenario(4, RECOVERY);
  const recovered = (change: MembershipBody["change"], attempt = 64): MembershipBody =>
    four.body(change, {attempt, reason: {kind: "recovery"}});

  it("decide when enough of them vote, and members' votes do not count there", () => {
    const body = recovered(revoke(3));
    expect(four.read(body, ...four.votes(body, 0, 1, 2, 20)).decided).toEqual([]);
    expect(membersOf(four.read(body, ...four.votes(body, 20, 22)))).toEqual([0, 1, 2]);
  });

  it("have no say in a consortium whose genesis names none, nor in a member's attempt", () => {
    const plain = new Scenario(4);
    const body = plain.body(revoke(3), {attempt: 64, reason: {kind: "recovery"}});
    expect(plain.read(body, ...plain.votes(body, 20, 21, 22)).decided).toEqual([]);
    const early = recovered(revoke(3), 1);
    expect(four.read(early, ...four.votes(early, 20, 21, 22)).decided).toEqual([]);
  });

  it("take back what members decided, and members decide nothing beside them afterwards", () => {
    const mine = four.body(admit(4));
    const body = recovered(revoke(3));
    const skips = [0, 1, 2].map((member) => four.skip(member, 0, null));
    const late = four.body(admit(5), {attempt: 1, reason: {kind: "skipped", skips}});
    const words = [mine, ...four.votes(mine, 0, 1, 2), body, ...four.votes(body, 20, 21)];
    expect(changesOf(four.read(...words))).toEqual([revoke(3)]);
    expect(changesOf(four.read(...words, late, ...four.votes(late, 0, 1, 2)))).toEqual([revoke(3)]);
  });

  it("go on at a later attempt, also when they forked the chain themselves, and are named for it", () => {
    const [first, second] = [recovered(revoke(3)), recovered(revoke(2))];
    const fork = [first, ...four.votes(first, 20, 21), second, ...four.votes(second, 21, 22)];
    expect(four.read(...fork).isForked).toBe(true);
    const {contradictions} = four.read(...fork);
    expect(contradictions.map(([{signer}]) => signer)).toEqual([keyNumber(21)]);
    const last = recovered(revoke(2), 65);
    const after = four.read(...fork, last, ...four.votes(last, 20, 22));
    expect(changesOf(after)).toEqual([revoke(2)]);
  });

  it("are no excuse: a member that tells of a vote for a recovery proposal frees nothing", () => {
    const mine = four.body(admit(4));
    for (const attempt of [1, 64]) {
      const bait = recovered(revoke(0), attempt);
      const skips = [four.skip(0, 1, mine), four.skip(1, 1, mine), four.skip(3, 1, bait)];
      const next = four.body(revoke(0), {attempt: 2, reason: {kind: "skipped", skips}});
      const words = [mine, ...four.votes(mine, 0, 1, 2), bait, ...four.votes(bait, 3)];
      const after = four.read(...words, next, ...four.votes(next, 1, 2, 3));
      expect(changesOf(after)).toEqual([admit(4)]);
      expect(namedIn(after).includes(0)).toBe(false);
    }
  });
});
