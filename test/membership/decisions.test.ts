import {describe, expect, it} from "vitest";
import {draftBody, membershipBodyHash, type SignedWord} from "../../src/membership/index.ts";
import {keyNumber} from "./actors.ts";
import {admit, amend, changesOf, membersOf, namedIn, revoke, Scenario} from "./scenario.ts";

describe("a record", () => {
  const four = new Scenario(4);

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 4],
    [6, 4],
    [7, 5],
  ])("is decided, of %i members, by %i and by none fewer", (n, quorum) => {
    const scenario = new Scenario(n);
    const body = scenario.body(admit(9));
    const votes = scenario.votes(body, ...Array.from({length: quorum}, (_, index) => index));
    expect(scenario.read(body, ...votes).decided).toHaveLength(1);
    expect(scenario.read(body, ...votes.slice(1)).decided).toEqual([]);
  });

  it.each([
    [2, null],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
    [8, 5],
  ])(
    "that revokes one of %i members is decided by %s of the others, and its own vote does not count",
    (n, quorum) => {
      const scenario = new Scenario(n);
      const body = scenario.body(revoke(n - 1));
      const others = Array.from({length: n - 1}, (_, index) => index);
      const inFavour = (members: readonly number[]) =>
        scenario.read(body, ...scenario.votes(body, ...members));
      expect(inFavour([n - 1, ...others.slice(0, (quorum ?? n) - 1)]).decided).toEqual([]);
      expect(inFavour(others.slice(0, quorum ?? n)).decided).toHaveLength(quorum === null ? 0 : 1);
    },
  );

  it("is only decided once the founders signed the genesis, and by no stranger", () => {
    const body = four.body(admit(4));
    expect(four.read(body, ...four.votes(body, 0, 1, 8, 9)).decided).toEqual([]);
    expect(four.read(body, ...four.votes(body, 0, 1, 3)).decided).toHaveLength(1);
  });

  it("revokes one of two members that revoke each other at the same time, and nobody is named", () => {
    const [first, second] = [four.body(revoke(3)), four.body(revoke(2))];
    const words = [first, second, ...four.votes(first, 0, 2), ...four.votes(second, 1, 3)];
    expect(four.read(...words).decided).toEqual([]);
    const skips = [
      four.skip(0, 0, first),
      four.skip(1, 0, second),
      four.skip(2, 0, first),
      four.skip(3, 0, second),
    ];
    const {body, isRepeated} = draftBody(four.read(...words, ...skips), revoke(3));
    expect(isRepeated).toBe(false);
    const after = four.read(...words, ...skips, body, ...four.votes(body, 0, 1, 2));
    expect(membersOf(after)).toEqual([0, 1, 2]);
    expect(namedIn(after)).toEqual([]);
  });
});

describe("an attempt that is given up", () => {
  const four = new Scenario(4);
  const [first, second] = [four.body(admit(4)), four.body(admit(5))];
  const bodies = [first, second];

  it("frees the next one when its votes were split, two against two", () => {
    const votes = [...four.votes(first, 0, 1), ...four.votes(second, 2, 3)];
    const skips = [
      four.skip(0, 0, first),
      four.skip(1, 0, first),
      four.skip(2, 0, second),
      four.skip(3, 0, second),
    ];
    const split = four.read(...bodies, ...votes, ...skips);
    const {body} = draftBody(split, amend(0, "other"));
    expect(body).toMatchObject({attempt: 1, change: amend(0, "other")});
    const after = four.read(...bodies, ...votes, body, ...four.votes(body, 1, 2, 3));
    expect(changesOf(after)).toEqual([amend(0, "other")]);
  });

  it("binds the next one to what a member may withhold: its vote may have decided", () => {
    const skips = [four.skip(0, 0, first), four.skip(1, 0, first), four.skip(3, 0, second)];
    const {body, isRepeated} = draftBody(four.read(...bodies, ...skips), admit(6));
    expect(isRepeated).toBe(true);
    expect(body).toMatchObject({attempt: 1, change: admit(4)});
    const after = four.read(...bodies, ...four.votes(first, 0, 1), body, ...four.votes(body, 0, 1, 3));
    const withheld = four.votes(first, 2);
    const all = four.read(
      ...bodies,
      ...four.votes(first, 0, 1),
      ...withheld,
      body,
      ...four.votes(body, 0, 1, 3),
    );
    expect(changesOf(after)).toEqual([admit(4)]);
    expect(all.head).toBe(after.head);
  });

  it("goes on binding in the attempt after the next, as long as nobody voted there for anything else", () => {
    const skips = [four.skip(0, 0, first), four.skip(1, 0, first), four.skip(3, 0, second)];
    const again = four.body(admit(4), {attempt: 1, reason: {kind: "skipped", skips}});
    const later = [four.skip(0, 1, again), four.skip(1, 1, first), four.skip(3, 1, second)];
    const {body, isRepeated} = draftBody(
      four.read(...bodies, again, ...four.votes(again, 0), ...later),
      admit(6),
    );
    expect(isRepeated).toBe(true);
    expect(body).toMatchObject({attempt: 2, change: admit(4)});
    const other = {...body, change: admit(6)};
    expect(four.read(...bodies, again, other, ...four.votes(other, 0, 1, 3)).decided).toEqual([]);
  });

  it("stays open while fewer than a quorum gave it up, or one of them twice", () => {
    const two = [four.skip(0, 0, first), four.skip(1, 0, first)];
    const draft = draftBody(four.read(...bodies, ...four.votes(first, 0, 1), ...two), admit(6));
    expect(draft.body.attempt).toBe(0);
    for (const skips of [two, [...two, four.skip(1, 0, null)], [...two, four.skip(9, 0, null)]]) {
      const body = four.body(admit(4), {attempt: 1, reason: {kind: "skipped", skips}});
      expect(four.read(...bodies, body, ...four.votes(body, 0, 1, 3)).decided).toEqual([]);
    }
  });

  it("is not given up by skips of another attempt, or that tell of an unknown or a later vote", () => {
    const elsewhere = [0, 1, 3].map((member) => four.skip(member, 1, null));
    const unknown = [four.skip(0, 0, four.body(admit(7))), four.skip(1, 0, first), four.skip(3, 0, null)];
    const late = four.body(admit(5), {attempt: 1});
    const later = [four.skip(0, 0, late), four.skip(1, 0, first), four.skip(3, 0, null)];
    for (const skips of [elsewhere, unknown, later]) {
      const body = four.body(admit(4), {attempt: 1, reason: {kind: "skipped", skips}});
      expect(four.read(...bodies, late, body, ...four.votes(body, 0, 1, 3)).decided).toEqual([]);
    }
  });

  it("cannot be told whether it decided when two may have: more skips are needed", () => {
    const eleven = new Scenario(11);
    const [one, two] = [eleven.body(revoke(10)), eleven.body(revoke(9))];
    const skips = [
      ...[0, 1, 2, 9].map((member) => eleven.skip(member, 0, one)),
      ...[3, 4, 5, 10].map((member) => eleven.skip(member, 0, two)),
    ];
    const body = eleven.body(revoke(10), {attempt: 1, reason: {kind: "skipped", skips}});
    const everybody = Array.from({length: 11}, (_, member) => member);
    const records = [one, two, body, ...skips, ...eleven.votes(body, ...everybody)];
    expect(eleven.read(...records).decided).toEqual([]);
    expect(() => draftBody(eleven.read(one, two, ...skips), admit(12))).toThrow(/may have been decided/);
    const more = [...skips, eleven.skip(6, 0, one)];
    expect(draftBody(eleven.read(one, two, ...more), admit(12))).toMatchObject({isRepeated: true});
  });

  it("needs a reason, and the first attempt none", () => {
    const skips = [0, 1, 3].map((member) => four.skip(member, 0, null));
    const bare = four.body(admit(4), {attempt: 1});
    const early = four.body(admit(4), {reason: {kind: "skipped", skips}});
    for (const body of [bare, early])
      expect(four.read(body, ...four.votes(body, 0, 1, 2, 3)).decided).toEqual([]);
  });

  it("counts less than a later one that was decided: the highest stands", () => {
    const skips = [four.skip(0, 0, null), four.skip(1, 0, null), four.skip(2, 0, null)];
    const next = four.body(admit(6), {attempt: 1, reason: {kind: "skipped", skips}});
    const words: SignedWord[] = [...four.votes(first, 0, 1, 2), ...four.votes(next, 0, 1, 2)];
    const after = four.read(first, next, ...words);
    expect(changesOf(after)).toEqual([admit(6)]);
    expect(after.isForked).toBe(false);
    expect([...namedIn(after)].sort((one, other) => one - other)).toEqual([0, 1, 2]);
  });
});

describe("a draft that revokes a key", () => {
  it("does not anchor its succession: whoever stole it hands it over to nobody", () => {
    const four = new Scenario(4);
    const words = [four.succession(3, 10), four.departure(2)];
    const {body} = draftBody(four.read(...words), revoke(3));
    expect(body.anchors.map(({signer}) => signer)).toEqual([keyNumber(2)]);
    const after = four.read(...words, body, ...four.votes(body, 0, 1));
    expect(membersOf(after)).toEqual([0, 1]);
    expect(four.read(...words, body).open.map(({hash}) => hash)).toEqual([membershipBodyHash(body)]);
  });
});
