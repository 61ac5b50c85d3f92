import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {checkRange, codecOf, encodeContribution, type ValueRange} from "../../src/parameters/index.ts";

const f32 = codecOf("f32");

/** A contribution of `values`, rounded where a site's are: to binary32, and once more times the weight. */
function contribution(values: ArrayLike<number>, weight: number): Uint8Array {
  return encodeContribution(f32, Float32Array.from(values), [weight], {factor: weight}).bytes;
}

/** Ranges of means, whose width is 1 and which hold 0. */
const lowest = fc.double({min: -1, max: 0, noNaN: true});
const weights = fc.integer({min: 1, max: 2 ** 20}).map((patients) => patients / 2 ** 20);

function rangeOf(low: readonly number[]): ValueRange {
  return {low: Float64Array.from(low), high: Float64Array.from(low, (least) => least + 1)};
}

describe("the check of declared ranges", () => {
  it("passes whatever a site can give, at both ends too", () => {
    const place = fc.oneof(fc.constantFrom(0, 1), fc.double({min: 0, max: 1, noNaN: true}));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(lowest, place), {minLength: 1, maxLength: 20}),
        weights,
        (given, weight) => {
          const range = rangeOf(given.map(([low]) => low));
          const values = given.map(([low, at]) => low + at * (low + 1 - low));
          checkRange(f32, contribution(values, weight), range);
        },
      ),
      {numRuns: 1000},
    );
  });

  it("refuses a value a millionth outside, wherever it is, and says where", () => {
    fc.assert(
      fc.property(
        lowest,
        weights,
        fc.integer({min: 0, max: 9000}),
        fc.boolean(),
        (low, weight, index, isAbove) => {
          const range = rangeOf(Array<number>(9001).fill(low));
          const values = new Float64Array(9001);
          values[index] = isAbove ? low + 1 + 1e-6 : low - 1e-6;
          expect(() => checkRange(f32, contribution(values, weight), range)).toThrow(
            expect.objectContaining({code: "PARAMETERS_OUT_OF_RANGE", data: {index}}),
          );
        },
      ),
      {numRuns: 100},
    );
  });

  it("refuses NaN and infinities", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => checkRange(f32, contribution([0, value], 0.5), rangeOf([-0.5, -0.5]))).toThrow(
        expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
      );
    }
  });
});
