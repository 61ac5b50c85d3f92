import {describe, expect, it} from "vitest";
import {membershipBodyHash} from "../../src/membership/index.ts";
import {admit, amend, changesOf, namedIn, Scenario} from "./scenario.ts";

describe("a decision that a later attempt repeats, as not all know of it", () => {
  const four = new Scenario(4);
  const first = four.body(admit(4));
  const early = [first, ...four.votes(first, 0, 1, 2)];
  const skips = [four.skip(0, 0, first), four.skip(1, 0, first), four.skip(3, 0, null)];
  const again = four.body(admit(4), {attempt: 1, reason: {kind: "skipped", skips}});

  it("is the same record of the chain: what was decided on top of it still stands", () => {
    // Members 0 and 1 vote for the second attempt, then hear of member 2's vote and go on from the first one.
    const next = four.body(amend(3, "renamed"), {}, four.read(...early).next);
    const onTop = [next, ...four.votes(next, 0, 1, 2, 4)];
    const repeated = [first, again, ...four.votes(again, 0, 1, 3)];

    const alone = four.read(...early, ...onTop);
    const all = four.read(...early, ...onTop, ...repeated);
    expect(changesOf(alone)).toEqual([admit(4), amend(3, "renamed")]);
    expect(changesOf(all)).toEqual([admit(4), amend(3, "renamed")]);
    expect(all.head).toBe(alone.head);
    expect(namedIn(all)).toEqual([]);
  });

  it("may be nothing else", () => {
    const other = {...again, change: admit(5)};
    const all = four.read(...early.slice(0, 3), other, ...four.votes(other, 0, 1, 3));
    expect(all.decided).toEqual([]);
    expect(all.open.map(({hash}) => hash)).toEqual([membershipBodyHash(first)]);
  });
});
