import fc from "fast-check";
import {expect, test} from "vitest";
import {holm} from "../../src/evaluation/index.ts";

test("four p-values have the known correction", () => {
  // By hand, in ascending order: 4 x .005, 3 x .01, 2 x .03, then 1 x .04, but no less than the one before.
  const known = [0.03, 0.06, 0.06, 0.02];
  holm([0.01, 0.04, 0.03, 0.005]).forEach((value, place) => expect(value).toBeCloseTo(known[place] ?? 0, 12));
});

test("a larger p-value is corrected to no less than a smaller one", () => {
  // By hand: 4 x .01, 3 x .02, 2 x .022 = .044, but no less than .06, and .09.
  const known = [0.04, 0.06, 0.06, 0.09];
  holm([0.01, 0.02, 0.022, 0.09]).forEach((value, place) => expect(value).toBeCloseTo(known[place] ?? 0, 12));
});

test("a corrected p-value is the largest that its place and those before it give, whatever the order", () => {
  const values = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {maxLength: 12});
  fc.assert(
    fc.property(values, (given) => {
      const adjusted = holm(given);
      given.forEach((p, place) => {
        // The definition with every smaller one counted anew.
        const bounds = given
          .filter((other) => other <= p)
          .map((other) => Math.min(1, other * given.filter((third) => third >= other).length));
        expect(adjusted[place]).toBeCloseTo(Math.max(...bounds), 12);
      });
      expect(holm([...given].reverse())).toEqual([...adjusted].reverse());
    }),
  );
});

test("one comparison alone is not corrected, none has no value", () => {
  expect(holm([0.2])).toEqual([0.2]);
  expect(holm([])).toEqual([]);
});
