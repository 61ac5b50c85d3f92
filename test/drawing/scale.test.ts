import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {isLogarithmic, linearScale, logScale, roundScale, valueScale} from "../../src/drawing/scale.ts";

const decimal = (min: number, max: number) => fc.double({min, max, noNaN: true});

/** Expects `value` between the ends of a range from 160 to 10 pixels. */
function expectWithin(place: number): void {
  expect(place).toBeGreaterThan(10 - 1e-3);
  expect(place).toBeLessThan(160 + 1e-3);
}

describe("a linear axis", () => {
  it("holds every value between its ends, which are ticks, in order and told apart", () => {
    fc.assert(
      fc.property(decimal(-1e6, 1e6), decimal(0, 1e6), decimal(0, 1), (least, span, share) => {
        const {at, ticks, label} = linearScale([least, least + span], [160, 10]);
        expectWithin(at(least + share * span));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(9);
        expect(at(ticks[0] ?? NaN)).toBeCloseTo(160, 6);
        expect(at(ticks.at(-1) ?? NaN)).toBeCloseTo(10, 6);
        expect(new Set(ticks.map(label)).size).toBe(ticks.length);
      }),
      {examples: [[-60079.85937499999, 0.000001, 1]]},
    );
  });
});

describe("a logarithmic axis", () => {
  it("holds every value between powers of ten, with at most seven ticks", () => {
    fc.assert(
      fc.property(decimal(-12, 3), decimal(0, 9), decimal(0, 1), (power, powers, share) => {
        const {at, ticks, label} = logScale([10 ** power, 10 ** (power + powers)], [160, 10]);
        expectWithin(at(10 ** (power + share * powers)));
        for (const tick of ticks) expectWithin(at(tick));
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(new Set(ticks.map(label)).size).toBe(ticks.length);
      }),
    );
  });

  it("has evenly spaced powers, and steps between where it has one power alone", () => {
    const {at, ticks, label} = logScale([0.002, 300], [0, 60]);
    expect(ticks.map((tick) => Math.round(at(tick)))).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(ticks.map(label)).toEqual(["0.001", "0.01", "0.1", "1", "10", "100", "1000"]);
    expect(logScale([1e-9, 1e-5], [0, 40]).label(1e-9)).toBe("10\u207b\u2079");
    const labelsOf = (least: number, most: number): readonly string[] => {
      const scale = logScale([least, most], [0, 60]);
      return scale.ticks.map(scale.label);
    };
    expect(labelsOf(0.02, 0.09)).toEqual(["0.01", "0.02", "0.05", "0.1"]);
    expect(labelsOf(3e-5, 9e-5)).toEqual([
      "10\u207b\u2075",
      "2\u00b710\u207b\u2075",
      "5\u00b710\u207b\u2075",
      "10\u207b\u2074",
    ]);
  });
});

describe("an axis of rounds", () => {
  it("has whole ticks within the rounds", () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 99_000}), fc.integer({min: 0, max: 4000}), (least, span) => {
        const {ticks} = roundScale([least, least + span], [0, 300], 5);
        expect(ticks.length).toBeLessThanOrEqual(6);
        for (const tick of ticks) {
          expect(Number.isInteger(tick) && tick >= least && tick <= least + span, `${tick}`).toBe(true);
        }
      }),
    );
    expect(roundScale([7, 7], [0, 300], 5).ticks).toEqual([7]);
  });
});

describe("an axis of values", () => {
  it("is logarithmic where the values are: equal ratios are equal steps", () => {
    expect(isLogarithmic([0.1, 1, 100])).toBe(true);
    expect([isLogarithmic([0, 100]), isLogarithmic([5, 10, 20]), isLogarithmic([-1, 100])]).toEqual([
      false,
      false,
      false,
    ]);
    const {at, ticks} = valueScale([0.1, 1, 10, 100], [0, 500]);
    const steps = ticks.slice(1).map((tick, place) => at(tick) - at(ticks[place] ?? Number.NaN));
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? Number.NaN, 9);
  });
});
