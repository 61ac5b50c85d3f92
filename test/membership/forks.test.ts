import {describe, expect, it} from "vitest";
import {
  draftBody,
  type MembershipRecord,
  membershipBodyHash,
  type SignedWord,
} from "../../src/membership/index.ts";
import {keyNumber} from "./actors.ts";
import {admit, changesOf, membersOf, namedIn, revoke, Scenario} from "./scenario.ts";

/** After a fork: members draft the next attempt, vote for it, and the chain goes on. */
function goOn(scenario: Scenario, fork: readonly MembershipRecord[], ...voters: readonly number[]): number[] {
  const forked = scenario.read(...fork);
  expect(forked.isForked).toBe(true);
  expect(forked.decided).toEqual([]);
  const {body} = draftBody(forked, admit(7));
  expect(forked.open.some(({hash}) => hash === membershipBodyHash(body))).toBe(false);
  const after = scenario.read(...fork, body, ...scenario.votes(body, ...voters));
  expect(changesOf(after)).toEqual([admit(7)]);
  return namedIn(after);
}

describe("two records decided at one attempt", () => {
  it("prove who voted twice; the others go on from what both have in common", () => {
    const four = new Scenario(4);
    const [first, second] = [four.body(admit(4)), four.body(admit(5))];
    const fork = [first, ...four.votes(first, 0, 1, 2), second, ...four.votes(second, 1, 2, 3)];
    expect(goOn(four, fork, 0, 2, 3)).toEqual(expect.arrayContaining([1, 2]));
  });

  it("do so when the liar contradicted itself elsewhere as well", () => {
    const three = new Scenario(3);
    const [first, second] = [three.body(admit(4)), three.body(admit(5))];
    const fork = [first, ...three.votes(first, 0, 2), second, ...three.votes(second, 1, 2)];
    const rivals = Array.from({length: 8}, (_, until) =>
      three.sign({
        kind: "delegation",
        sequence: 0,
        node: keyNumber(9),
        from: 0,
        until,
        addresses: [],
        signer: keyNumber(2),
      }),
    );
    expect(goOn(three, [...rivals, ...fork], 0, 1)).toEqual([2]);
  });

  it("do so when the liar voted under the key that it handed over as well as under the new one", () => {
    const three = new Scenario(3);
    const first = three.body(admit(4), {anchors: [three.succession(2, 10)]});
    const second = three.body(admit(5));
    const fork = [first, ...three.votes(first, 0, 10), second, ...three.votes(second, 1, 2)];
    expect(goOn(three, fork, 0, 1)).toEqual([2]);
  });

  it("do so when the liar is a successor that no decided record names", () => {
    const three = new Scenario(3);
    const anchors = [three.succession(2, 10)];
    const [first, second] = [three.body(admit(4), {anchors}), three.body(admit(5), {anchors})];
    const fork = [first, ...three.votes(first, 0, 10), second, ...three.votes(second, 1, 10)];
    expect(goOn(three, fork, 0, 1)).toEqual([10]);
  });

  it("name nobody who is no member's key: a stranger may sign what it likes", () => {
    const three = new Scenario(3);
    const [first, second] = [three.body(admit(4)), three.body(admit(5))];
    const words: SignedWord[] = [...three.votes(first, 9), ...three.votes(second, 9)];
    expect(namedIn(three.read(first, second, ...words))).toEqual([]);
    const reason = {kind: "equivocation" as const, words: words as never};
    const next = three.body(admit(6), {attempt: 1, reason});
    expect(three.read(first, second, next, ...three.votes(next, 0, 1)).decided).toEqual([]);
  });

  it("bar the liar from the attempt that its lie made: its own vote does not count", () => {
    const four = new Scenario(4);
    const [first, second] = [four.body(admit(4)), four.body(admit(5))];
    const lies = [...four.votes(first, 3), ...four.votes(second, 3)];
    const reason = {kind: "equivocation" as const, words: lies as never};
    const next = four.body(revoke(3), {attempt: 1, reason});
    expect(four.read(first, second, next, ...four.votes(next, 0, 1, 3)).decided).toEqual([]);
    expect(membersOf(four.read(first, second, next, ...four.votes(next, 0, 1, 2)))).toEqual([0, 1, 2]);
  });
});
