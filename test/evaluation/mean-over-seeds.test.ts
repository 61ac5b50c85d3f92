import fc from "fast-check";
import {expect, test} from "vitest";
import {meanOverSeeds} from "../../src/evaluation/index.ts";

test("five seeds have the known mean, standard deviation and t-interval", () => {
  const result = meanOverSeeds([0.82, 0.84, 0.8, 0.86, 0.83]);
  expect(result?.n).toBe(5);
  expect(result?.mean).toBeCloseTo(0.83, 12);
  expect(result?.sd).toBeCloseTo(Math.sqrt(0.0005), 12);
  const margin = 2.7764451051977943 * 0.01;
  expect(result?.low).toBeCloseTo(0.83 - margin, 12);
  expect(result?.high).toBeCloseTo(0.83 + margin, 12);
});

test("one value has a mean and nothing more, no value has no summary", () => {
  expect(meanOverSeeds([0.7])).toEqual({mean: 0.7, sd: null, low: null, high: null, n: 1});
  expect(meanOverSeeds([])).toBeNull();
});

test("shifting and scaling the values shifts and scales the interval", () => {
  const values = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 2, maxLength: 12});
  fc.assert(
    fc.property(values, (figures) => {
      const plain = meanOverSeeds(figures);
      const moved = meanOverSeeds(figures.map((figure) => 3 + 2 * figure));
      expect(moved?.low).toBeCloseTo(3 + 2 * (plain?.low ?? Number.NaN), 9);
      expect(moved?.high).toBeCloseTo(3 + 2 * (plain?.high ?? Number.NaN), 9);
      expect(moved?.sd).toBeCloseTo(2 * (plain?.sd ?? Number.NaN), 9);
    }),
  );
});

test("an undefined repetition is refused", () => {
  expect(() => meanOverSeeds([0.8, Number.NaN])).toThrowError(
    expect.objectContaining({code: "EVALUATION_NOT_FINITE"}),
  );
});
