import fc from "fast-check";
import {expect, test} from "vitest";
import {meanOverSeeds} from "../../src/evaluation/index.ts";

test("five seeds have the known mean, standard deviation and t-interval", () => {
  const result = meanOverSeeds([0.82, 0.84, 0.8, 0.86, 0.83], "any");
  expect(result?.n).toBe(5);
  expect(result?.mean).toBeCloseTo(0.83, 12);
  expect(result?.sd).toBeCloseTo(Math.sqrt(0.0005), 12);
  const margin = 2.7764451051977943 * 0.01;
  expect(result?.low).toBeCloseTo(0.83 - margin, 12);
  expect(result?.high).toBeCloseTo(0.83 + margin, 12);
});

test("a figure of 0 .. 1 has the t-interval of its logit, one from 0 on that of its logarithm", () => {
  // By hand: mean .83, standard error .01, t of 4 degrees 2.776445; logit(.83) = 1.585627, divided by .83 x .17.
  const unit = meanOverSeeds([0.82, 0.84, 0.8, 0.86, 0.83], "unit");
  const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
  const margin = (0.01 * 2.7764451051977943) / (0.83 * 0.17);
  expect(unit?.low).toBeCloseTo(logistic(Math.log(0.83 / 0.17) - margin), 12);
  expect(unit?.high).toBeCloseTo(logistic(Math.log(0.83 / 0.17) + margin), 12);
  const positive = meanOverSeeds([0.82, 0.84, 0.8, 0.86, 0.83], "positive");
  expect(positive?.low).toBeCloseTo(Math.exp(Math.log(0.83) - (0.01 * 2.7764451051977943) / 0.83), 12);
  expect(positive?.high).toBeCloseTo(Math.exp(Math.log(0.83) + (0.01 * 2.7764451051977943) / 0.83), 12);
});

test("fewer than three values have no interval, no value has no summary", () => {
  expect(meanOverSeeds([0.7], "unit")).toEqual({mean: 0.7, sd: null, low: null, high: null, n: 1});
  expect(meanOverSeeds([0.5, 0.7], "unit")).toMatchObject({mean: 0.6, low: null, high: null, n: 2});
  expect(meanOverSeeds([], "unit")).toBeNull();
});

test("no interval leaves the range, and each holds its mean", () => {
  const values = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 3, maxLength: 12});
  fc.assert(
    fc.property(values, fc.constantFrom("unit", "positive"), (figures, range) => {
      const {mean = 0, low = null, high = null} = meanOverSeeds(figures, range) ?? {};
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(mean + 1e-12);
      expect(high).toBeGreaterThanOrEqual(mean - 1e-12);
      expect(high).toBeLessThanOrEqual(range === "unit" ? 1 : Number.POSITIVE_INFINITY);
    }),
  );
});

test("what is 1 or 0 at every seed has that as its interval", () => {
  expect(meanOverSeeds([1, 1, 1], "unit")).toMatchObject({mean: 1, low: 1, high: 1});
  expect(meanOverSeeds([0, 0, 0, 0], "unit")).toMatchObject({mean: 0, low: 0, high: 0});
});

test("shifting and scaling the values shifts and scales an interval without bounds", () => {
  const values = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 3, maxLength: 12});
  fc.assert(
    fc.property(values, (figures) => {
      const plain = meanOverSeeds(figures, "any");
      const moved = meanOverSeeds(
        figures.map((figure) => 3 + 2 * figure),
        "any",
      );
      expect(moved?.low).toBeCloseTo(3 + 2 * (plain?.low ?? Number.NaN), 9);
      expect(moved?.high).toBeCloseTo(3 + 2 * (plain?.high ?? Number.NaN), 9);
      expect(moved?.sd).toBeCloseTo(2 * (plain?.sd ?? Number.NaN), 9);
    }),
  );
});

test("an undefined repetition is refused, and one outside the range", () => {
  expect(() => meanOverSeeds([0.8, Number.NaN], "any")).toThrowError(
    expect.objectContaining({code: "EVALUATION_NOT_FINITE"}),
  );
  for (const [values, range] of [
    [[0.8, 1.1], "unit"],
    [[0.8, -0.1], "positive"],
  ] as const) {
    expect(() => meanOverSeeds(values, range)).toThrowError(
      expect.objectContaining({code: "EVALUATION_OUT_OF_RANGE"}),
    );
  }
});
