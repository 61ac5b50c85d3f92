import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {binaryCrossEntropy, sigmoid} from "../../src/model/binary-cross-entropy.ts";

describe("binary cross-entropy", () => {
  it("of logit 0 is log 2 with the slope 1/2 - y", () => {
    const {loss, gradient} = binaryCrossEntropy([0, 0], [0, 1]);
    expect(loss).toBe(Math.LN2);
    expect([...gradient]).toEqual([0.25, -0.25]);
  });

  it("has the values of the closed form", () => {
    // log(1 + e^-1), log(1 + e^2), by hand from tables of e: 0.31326168751822, 2.12692801104297
    expect(binaryCrossEntropy([1], [1]).loss).toBeCloseTo(0.31326168751822, 13);
    expect(binaryCrossEntropy([2], [0]).loss).toBeCloseTo(2.12692801104297, 13);
  });

  it("stays finite and right far out", () => {
    expect(binaryCrossEntropy([1000, -1000], [0, 1])).toEqual({
      loss: 1000,
      gradient: new Float32Array([0.5, -0.5]),
    });
    expect(binaryCrossEntropy([1000, -1000], [1, 0])).toEqual({loss: 0, gradient: new Float32Array(2)});
  });

  it("has the gradient of its central difference", () => {
    const logit = fc.double({min: -20, max: 20, noNaN: true});
    fc.assert(
      fc.property(logit, fc.constantFrom(0, 1), (value, label) => {
        const step = 1e-5;
        const above = binaryCrossEntropy([value + step], [label]).loss;
        const below = binaryCrossEntropy([value - step], [label]).loss;
        expect(binaryCrossEntropy([value], [label]).gradient[0]).toBeCloseTo((above - below) / (2 * step), 5);
      }),
    );
  });
});

it("sigmoid(-z) = 1 - sigmoid(z), within [0, 1]", () => {
  fc.assert(
    fc.property(fc.double({noNaN: true}), (logit) => {
      expect(sigmoid(logit)).toBeGreaterThanOrEqual(0);
      expect(sigmoid(-logit)).toBeCloseTo(1 - sigmoid(logit), 15);
    }),
  );
});
