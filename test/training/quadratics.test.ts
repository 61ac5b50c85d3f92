import {describe, expect, it} from "vitest";
import type {Model} from "../../src/model/index.ts";
import {trainLocally} from "../../src/training/local-steps.ts";

/*
 * Four sites with f_i = a_i / 2 (x - b_i)^2: where rounds of local steps end is known in closed form. Figures of plain
 * averaging: the reference's section 2.2, computed there apart.
 */
const SITES = [
  {a: 1, b: -1, p: 0.1},
  {a: 2, b: 0, p: 0.2},
  {a: 4, b: 2, p: 0.3},
  {a: 0.5, b: 5, p: 0.4},
];
const OPTIMUM = 1.7368421053;

/** A site's function as a model of one parameter. */
function modelOf({a, b}: {readonly a: number; readonly b: number}): Model {
  return {
    layout: {tensors: [{name: "x", shape: [1]}]},
    lossAndGradient(parameters: Float32Array, _: unknown, gradient: Float32Array) {
      const x = parameters[0] ?? 0;
      gradient[0] = a * (x - b);
      return (a / 2) * (x - b) ** 2;
    },
  } as unknown as Model;
}

const source = {
  n: 1,
  batch: () => ({n: 1, d: 1, values: new Float32Array(1), labels: new Uint8Array(1)}),
} as never;

/** Where rounds of `steps` local steps and an exact mean end. */
function limit(learningRate: number, steps: number, proximal: number): number {
  let x = 0;
  for (let round = 0; round < 20_000; round++) {
    const start = Float32Array.of(x);
    let mean = 0;
    for (const site of SITES) {
      const {parameters} = trainLocally({
        model: modelOf(site),
        optimizer: {name: "sgd", learningRate, momentum: 0, weightDecay: 0},
        proximal,
        source,
        order: () => Uint32Array.of(0),
        start,
        firstStep: 0,
        steps,
        isCancelled: () => false,
      });
      mean += site.p * (parameters[0] ?? 0);
    }
    if (round > 100 && Math.abs(mean - x) < 1e-9) return mean;
    x = mean;
  }
  return x;
}

/** The point at which the sites' pulls of a round cancel out. */
function closedForm(learningRate: number, steps: number, proximal: number): number {
  let [pulls, sum] = [0, 0];
  for (const {a, b, p} of SITES) {
    const pull = ((p * a) / (a + proximal)) * (1 - (1 - learningRate * (a + proximal)) ** steps);
    pulls += pull;
    sum += pull * b;
  }
  return sum / pulls;
}

describe("the limit of rounds of local steps", () => {
  it.each([
    [0.1, 1, OPTIMUM],
    [0.1, 5, 1.7782459417],
    [0.1, 20, 2.131691572],
    [0.05, 20, 1.9035688743],
    [0.01, 100, 1.9070824278],
  ])("of FedAvg with rate %d and %d steps is %d", (learningRate, steps, expected) => {
    expect(closedForm(learningRate, steps, 0)).toBeCloseTo(expected, 9);
    expect(Math.abs(limit(learningRate, steps, 0) - expected)).toBeLessThan(2e-6);
  });

  it("comes nearer to the optimum with FedProx, as its closed form says", () => {
    const limits = [0, 0.1, 1, 10].map((proximal) => {
      // The steps must not be longer than the steepest site bears.
      const found = limit(0.05, 20, proximal);
      expect(Math.abs(found - closedForm(0.05, 20, proximal)), `mu = ${proximal}`).toBeLessThan(2e-6);
      return Math.abs(found - OPTIMUM);
    });
    expect(limits).toEqual([...limits].sort((a, b) => b - a));
  });

  it("pulls a late site towards the round's snapshot, not towards where it starts", () => {
    const at = (anchor: number): number => {
      const {parameters} = trainLocally({
        model: modelOf({a: 1, b: 0}),
        optimizer: {name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0},
        proximal: 1,
        source,
        order: () => Uint32Array.of(0),
        start: Float32Array.of(1),
        anchor: Float32Array.of(anchor),
        firstStep: 0,
        steps: 1,
        isCancelled: () => false,
      });
      return parameters[0] ?? 0;
    };
    expect(at(1)).toBeCloseTo(0.9, 6);
    expect(at(3)).toBeCloseTo(1.1, 6);
  });
});
