import {describe, expect, it} from "vitest";
import {
  draftBody,
  type MembershipBody,
  type MembershipRecord,
  readMembership,
  skipOf,
} from "../../src/membership/index.ts";
import {founding, keyNumber, signFake} from "./actors.ts";
import {admit, changesOf, namedIn, Scenario} from "./scenario.ts";

const MANY = 20_000;
const SOME = 5_000;

/** Takes every signature for true: what one key can sign in many ways is another signature each. */
const everySignature = (): boolean => true;

function signatureNumber(index: number): Uint8Array {
  const signature = new Uint8Array(64);
  new DataView(signature.buffer).setUint32(0, index);
  return signature;
}

describe("records of liars and strangers", () => {
  const four = new Scenario(4);
  const [first, second] = [four.body(admit(4)), four.body(admit(5))];
  const split = [first, second, ...four.votes(first, 0, 1), ...four.votes(second, 2, 3)];

  it.each([
    ["a stranger", 9],
    ["a member", 3],
  ])("cannot push the members to the last attempt: the vote of %s", (_, liar) => {
    const unknown = {...four.body(admit(6)), attempt: 63};
    const told = four.read(...split, ...four.votes(unknown, liar));
    expect(skipOf(told, keyNumber(0))).toMatchObject({attempt: 0});
  });

  it("cannot hold the members up by skips that tell of nothing that is known", () => {
    const unknown = four.body(admit(6));
    const unjustified = four.body(admit(6), {attempt: 1});
    const honest = [four.skip(0, 0, first), four.skip(1, 0, first), four.skip(2, 0, second)];
    const rubbish = [four.skip(3, 0, unknown), four.skip(3, 0, unjustified)];
    for (const skip of rubbish) {
      const draft = draftBody(four.read(...split, unjustified, ...honest, skip), admit(5));
      expect(draft.isRepeated).toBe(true);
      expect(draft.body.change).toEqual(admit(4));
    }
  });

  it("cannot lead to an attempt beyond the last: that is undecided", () => {
    const two = new Scenario(2);
    const bodies = attempts(two, 63);
    const last = bodies.flatMap(({attempt}, index) =>
      attempt === 63 ? [two.skip(0, 63, bodies[index] ?? null), two.skip(1, 63, null)] : [],
    );
    expect(last).toHaveLength(2);
    const stuck = two.read(...bodies, ...bodies.flatMap((body) => two.votes(body, 0)), ...last);
    expect(() => draftBody(stuck, admit(4))).toThrow(/may have been decided/);
  });

  it("read the same in every order, also where one key signs the same words in several ways", () => {
    const word = four.succession(3, 10);
    const other = {...word, accepted: signatureNumber(1)};
    const read = (...records: MembershipRecord[]) =>
      readMembership(
        {genesis: four.genesis, records: [...founding(four.genesis), ...records]},
        everySignature,
      );
    expect(read(word, other)).toEqual(read(other, word));
  });
});

/** Bodies of the attempts up to `last`, each for the reason that both members gave the one before up. */
function attempts(two: Scenario, last: number): readonly MembershipBody[] {
  const bodies = [two.body(admit(4))];
  for (let attempt = 1; attempt <= last; attempt++) {
    const before = bodies.at(-1) ?? null;
    const skips = [two.skip(0, attempt - 1, before), two.skip(1, attempt - 1, null)];
    bodies.push(two.body(admit(4 + (attempt % 2)), {attempt, reason: {kind: "skipped", skips}}));
  }
  return bodies;
}

describe("the time that reading takes", () => {
  it("is short where every attempt's reason rests on the one before, to the last attempt", () => {
    const two = new Scenario(2);
    const bodies = attempts(two, 63);
    const words = bodies.flatMap((body) =>
      body.attempt === 63 ? two.votes(body, 0, 1) : two.votes(body, 0),
    );
    expect(changesOf(two.read(...bodies, ...words))).toEqual([admit(5)]);
  });

  it.each(["stranger", "member"])(`does not grow with the square of what one key signs: a %s`, (who) => {
    const three = new Scenario(3);
    const signer = keyNumber(who === "member" ? 2 : 9);
    const words = Array.from(
      {length: MANY},
      (_, index): MembershipRecord => ({
        kind: "departure",
        height: 5,
        signer,
        signature: signatureNumber(index),
      }),
    );
    const records = [...founding(three.genesis), ...words];
    expect(readMembership({genesis: three.genesis, records}, everySignature).contradictions).toEqual([]);
  });

  it("nor with the square of the votes of a member at places that nobody knows", () => {
    const three = new Scenario(3);
    const {next} = three.read();
    const previous = (index: number): string => index.toString(16).padStart(64, "0");
    const words = Array.from({length: SOME}, (_, index) =>
      signFake(
        {
          kind: "vote",
          height: 1,
          attempt: 0,
          previous: previous(index),
          body: next.previous,
          signer: keyNumber(2),
        },
        three.genesis,
      ),
    );
    expect(namedIn(three.read(...words))).toEqual([]);
  });

  it("nor with the square of proposals of strangers", () => {
    const one = new Scenario(1);
    const bodies = Array.from({length: SOME}, (_, index) =>
      one.body({kind: "admit", members: [{organisation: keyNumber(3), name: `n${index}`, role: "relay"}]}),
    );
    expect(one.read(...bodies).open).toHaveLength(SOME);
  });
});
