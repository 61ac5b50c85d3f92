import {describe, expect, it} from "vitest";
import {draftBody, membershipBodyHash, type SignedWord, skipOf} from "../../src/membership/index.ts";
import {keyNumber} from "./actors.ts";
import {admit, amend, changesOf, membersOf, namedIn, revoke, Scenario} from "./scenario.ts";

describe("departures and successions", () => {
  it("count from the record that anchors them on: a member leaves, another takes a new key", () => {
    const four = new Scenario(4);
    const anchors = [four.departure(3), four.succession(2, 10)];
    const body = four.body(admit(4), {anchors});
    const after = four.read(body, ...four.votes(body, 0, 1));
    expect(membersOf(after)).toEqual([0, 1, 4, 10]);
    expect(after.current.members.get(keyNumber(10))?.name).toBe("site-2");
    const back = four.body(admit(3), {}, after.next);
    expect(four.read(body, ...four.votes(body, 0, 1), back).open).toEqual([]);
  });

  it("count no vote of the key that ended", () => {
    const three = new Scenario(3);
    const body = three.body(admit(4), {anchors: [three.succession(2, 10)]});
    expect(three.read(body, ...three.votes(body, 0, 2)).decided).toEqual([]);
    expect(three.read(body, ...three.votes(body, 0, 10)).decided).toHaveLength(1);
  });

  it("are not anchored below the height that they name, nor for a key that is or was a member", () => {
    const four = new Scenario(4);
    const unfit = [
      [four.departure(3, 2)],
      [four.succession(3, 2)],
      [four.departure(2), four.succession(3, 2)],
      [four.departure(3), four.departure(3)],
      [four.departure(9)],
    ];
    for (const anchors of unfit) expect(four.read(four.body(admit(4), {anchors})).open).toEqual([]);
  });

  it("may follow one another in one record", () => {
    const four = new Scenario(4);
    const body = four.body(admit(4), {anchors: [four.succession(3, 10), four.succession(10, 11)]});
    expect(membersOf(four.read(body, ...four.votes(body, 0, 1, 2)))).toEqual([0, 1, 2, 4, 11]);
  });

  it("keep the name for the successor and free that of a member who left", () => {
    const four = new Scenario(4);
    const anchors = [four.departure(3), four.succession(2, 10)];
    expect(four.read(four.body(amend(0, "site-3"), {anchors})).open).toHaveLength(1);
    expect(four.read(four.body(amend(0, "site-2"), {anchors})).open).toEqual([]);
  });

  it("contradict a vote of the same height, and none below it", () => {
    const four = new Scenario(4);
    const body = four.body(admit(4));
    const votes = four.votes(body, 0, 1, 2, 3);
    expect(namedIn(four.read(body, ...votes, four.departure(3, 2)))).toEqual([]);
    expect(namedIn(four.read(body, ...votes, four.departure(3, 1)))).toEqual([3]);
  });

  it("leave a consortium of which everybody left to nobody else", () => {
    const three = new Scenario(3);
    const body = three.body(admit(9), {anchors: [0, 1, 2].map((member) => three.departure(member))});
    const after = three.read(body, ...three.votes(body, 9));
    expect(membersOf(after)).toEqual([0, 1, 2]);
    expect(after.open).toEqual([]);
  });

  it.each(["departure", "succession"] as const)("do not hold up the other of two members: %s", (kind) => {
    const two = new Scenario(2);
    const body = two.body(admit(4));
    const stuck = [
      body,
      ...two.votes(body, 0),
      kind === "departure" ? two.departure(1) : two.succession(1, 10),
    ];
    const left = kind === "departure" ? [0] : [0, 10];
    const skips = left.flatMap((member): SignedWord[] => {
      const skip = skipOf(two.read(...stuck), keyNumber(member));
      return skip === null ? [] : [two.sign(skip)];
    });
    const {body: next} = draftBody(two.read(...stuck, ...skips), admit(5));
    const after = two.read(...stuck, ...skips, next, ...two.votes(next, ...left));
    expect(namedIn(after)).toEqual([]);
    expect(membersOf(after)).toEqual([...left, 5].sort((first, second) => first - second));
  });
});

describe("names and keys", () => {
  const four = new Scenario(4);

  it("are not taken twice, and never come back once revoked", () => {
    const gone = four.body(revoke(3));
    const before = [gone, ...four.votes(gone, 0, 1, 2)];
    const {next} = four.read(...before);
    const again = four.body(admit(3), {}, next);
    expect(four.read(...before, again).open).toEqual([]);
    const under = {
      ...admit(4),
      members: [{organisation: keyNumber(4), name: "site-3", role: "relay" as const}],
    };
    const fresh = four.body(under, {}, next);
    expect(four.read(...before, fresh).open.map(({hash}) => hash)).toEqual([membershipBodyHash(fresh)]);
    expect(four.read(four.body(amend(0, "site-1"))).open).toEqual([]);
    expect(four.read(four.body(admit(1))).open).toEqual([]);
    expect(four.read(four.body(revoke(9))).open).toEqual([]);
  });

  it("stay free of one another's: nobody is left when the only member is revoked", () => {
    const one = new Scenario(1);
    expect(one.read(one.body(revoke(0))).open).toEqual([]);
    const body = one.body(admit(1));
    expect(changesOf(one.read(body, ...one.votes(body, 0)))).toEqual([admit(1)]);
  });
});
