import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {mergeVerdict} from "../../src/rounds/merge-verdict.ts";
import {clipTowards} from "../../src/segments/clipping.ts";
import {scaleOfUnit} from "../../src/segments/clock.ts";
import {stalenessScale} from "../../src/segments/progress.ts";

const vector = (...values: number[]): Float64Array => Float64Array.from(values);

describe("the scale of a unit", () => {
  it.each([
    [5, [5, 5], 1],
    [6, [5, 9], 0.5],
    [7, [5, 9], 0],
    [8, [9, 12], 1],
    // Who is more than the lead behind was given up for a while.
    [8, [5, 8], 1],
  ])("of a member at %f among others at %j is %f", (own, others, scale) => {
    expect(scaleOfUnit(own, others, 2)).toBe(scale);
  });

  it("never lets a member's clock more than the lead ahead of the slowest", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({max: 3}), {minLength: 10, maxLength: 300}), (turns) => {
        const clocks = [0, 0, 0, 0];
        for (const member of turns) {
          const others = clocks.filter((_, index) => index !== member);
          clocks[member] = (clocks[member] ?? 0) + scaleOfUnit(clocks[member] ?? 0, others, 2);
          expect(Math.max(...clocks) - Math.min(...clocks)).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it("is 1 where nobody is held back", () => {
    expect(scaleOfUnit(100, [0], Number.POSITIVE_INFINITY)).toBe(1);
  });
});

describe("the weight of late progress", () => {
  it.each([
    [0, 1],
    [4, 1],
    [7, 0.5],
    [19, 0.25],
  ])("after the others advanced by %f units is %f", (units, scale) => {
    expect(stalenessScale(units)).toBe(scale);
  });
});

describe("two lineages", () => {
  const fork = vector(0, 0);
  const east = {estimate: vector(3, 1), weight: 2};
  const nearEast = {estimate: vector(3, 2), weight: 1};
  const west = {estimate: vector(-3, 0), weight: 1};

  it("that went the same way mix, whatever they weigh", () => {
    expect(mergeVerdict(east, nearEast, fork)).toBe("mix");
    expect(mergeVerdict(nearEast, east, fork)).toBe("mix");
  });

  it("that went different ways do not: the lighter one adopts, seen from either side", () => {
    expect(mergeVerdict(east, west, fork)).toBe("adopt-ours");
    expect(mergeVerdict(west, east, fork)).toBe("adopt-theirs");
  });

  it("mix when one has not moved, or both are where they parted", () => {
    expect(mergeVerdict(east, {estimate: fork, weight: 9}, fork)).toBe("mix");
    expect(mergeVerdict({estimate: fork, weight: 1}, {estimate: fork, weight: 9}, fork)).toBe("mix");
  });
});

describe("a received mass", () => {
  const own = {values: vector(1, 0), weight: 0.5};
  const at = (x: number, weight: number) => ({values: vector(x * weight, 0), weight});

  const clip = (x: number, weight: number, known: readonly (readonly [string, number])[], faulty: number) => {
    const theirs = at(x, weight);
    const distances = new Map(known);
    const clipped = clipTowards(own, theirs, {peer: "d", distances, faulty});
    return {theirs, clipped, distances};
  };

  it("is taken as it is when no more than f were further away", () => {
    const {theirs, clipped, distances} = clip(
      3,
      0.25,
      [
        ["a", 9],
        ["b", 0.5],
      ],
      1,
    );
    expect(clipped).toBe(theirs);
    // One's own estimate is 2.
    expect(distances.get("d")).toBe(1);
  });

  it("is moved to the (f + 1)-th largest distance when it is further, and keeps its weight", () => {
    const {clipped} = clip(
      102,
      0.25,
      [
        ["a", 1],
        ["b", 0.5],
        ["c", 2],
      ],
      1,
    );
    // The distances are 1, 0.5, 2 and 100: the second largest is 2.
    expect(clipped.weight).toBe(0.25);
    expect(clipped.values[0]).toBeCloseTo(0.25 * 4, 12);
  });

  it("counts for nothing but its weight while no more than f have been heard", () => {
    const {clipped} = clip(12, 1, [["a", 10]], 2);
    expect(clipped.values[0]).toBeCloseTo(2, 12);
    expect(clipped.weight).toBe(1);
  });

  it("counts by the last distance of each member: one that sends often is one", () => {
    const distances = new Map([
      ["a", 1],
      ["b", 2],
    ]);
    for (const x of [50, 80, 102]) clipTowards(own, at(x, 1), {peer: "d", distances, faulty: 1});
    expect(clipTowards(own, at(102, 1), {peer: "d", distances, faulty: 1}).values[0]).toBeCloseTo(4, 12);
  });
});
