import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {leftOutOf, type Strangers} from "../../../src/rounds/agreement/strangers.ts";

const NAMES = ["a", "b", "c", "d", "e", "f"];
const name = fc.constantFrom(...NAMES);
const somePairs = fc.array(
  fc.record({seeker: name, sought: name}).filter(({seeker, sought}) => seeker !== sought),
  {maxLength: 8},
);

const isApart = (pairs: readonly Strangers[], without: ReadonlySet<string>): boolean =>
  pairs.every(({seeker, sought}) => without.has(seeker) || without.has(sought));

/** The least size of a set that separates all pairs, by trying every set. */
function leastSize(pairs: readonly Strangers[]): number {
  const sizes = Array.from({length: 2 ** NAMES.length}, (_, bits) =>
    NAMES.filter((_name, index) => (bits & (1 << index)) !== 0),
  )
    .filter((members) => isApart(pairs, new Set(members)))
    .map((members) => members.length);
  return Math.min(...sizes);
}

describe("the members left out of an attempt", () => {
  it("are the fewest that separate all strangers, and none if more would be needed than may be", () => {
    fc.assert(
      fc.property(somePairs, fc.nat({max: NAMES.length}), (pairs, most) => {
        const least = leastSize(pairs);
        const without = leftOutOf(pairs, most);
        expect(without === null).toBe(least > most);
        if (without === null) return;
        expect(without.size).toBe(least);
        expect(isApart(pairs, without)).toBe(true);
      }),
      {numRuns: 300},
    );
  });

  it("are those that are sought, unless one that seeks is a stranger to several", () => {
    expect(leftOutOf([], 0)).toEqual(new Set());
    expect(leftOutOf([{seeker: "a", sought: "b"}], 1)).toEqual(new Set(["b"]));
    const one = NAMES.slice(1).map((sought) => ({seeker: "a", sought}));
    expect(leftOutOf(one, 5)).toEqual(new Set(["a"]));
  });

  it("are at most ten, because the search doubles with each", () => {
    const pairs = Array.from({length: 11}, (_, index) => ({seeker: `a${index}`, sought: `b${index}`}));
    const sought = pairs.slice(1).map((pair) => pair.sought);
    expect(leftOutOf(pairs.slice(1), 20)).toEqual(new Set(sought));
    expect(leftOutOf(pairs.slice(1), 9)).toBeNull();
    expect(leftOutOf(pairs, 20)).toBeNull();
  });
});
