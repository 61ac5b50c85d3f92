import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {
  type AdamwSpec,
  initialOptimizerState,
  optimizerStep,
  type SgdSpec,
} from "../../src/training/index.ts";
import {valueAt} from "../model/value-at.ts";

const SGD: SgdSpec = {name: "sgd", learningRate: 0.5, momentum: 0.5, weightDecay: 0.25};
const ADAMW: AdamwSpec = {
  name: "adamw",
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

describe("sgd", () => {
  it("gives the exact vectors of a computation by hand", () => {
    const state = initialOptimizerState(SGD, 2);
    const parameters = new Float32Array([2, -4]);
    // Step 1: slopes 1 + .25*2 = 1.5 and 0 + .25*-4 = -1; velocities the same; x = 2 - .75 and -4 + .5.
    optimizerStep(SGD, state, parameters, new Float32Array([1, 0]));
    expect([...parameters]).toEqual([1.25, -3.5]);
    // Step 2: slopes 1 + .3125 and 2 - .875; velocities .75 + 1.3125 = 2.0625 and -.5 + 1.125 = .625.
    optimizerStep(SGD, state, parameters, new Float32Array([1, 2]));
    expect([...parameters]).toEqual([0.21875, -3.8125]);
    expect([...state.first]).toEqual([2.0625, 0.625]);
  });

  it("leaves the gradient alone", () => {
    const gradient = new Float32Array([1, 2]);
    optimizerStep(SGD, initialOptimizerState(SGD, 2), new Float32Array([3, 4]), gradient);
    expect([...gradient]).toEqual([1, 2]);
  });
});

describe("adamw", () => {
  it("gives the exact vectors of a computation by hand", () => {
    const spec: AdamwSpec = {
      name: "adamw",
      learningRate: 0.5,
      beta1: 0.5,
      beta2: 0.75,
      epsilon: 1,
      weightDecay: 0.25,
    };
    const state = initialOptimizerState(spec, 1);
    const parameters = new Float32Array([2]);
    // A constant gradient of 1 makes both corrected moments 1, so the direction is 1 / (1 + 1).
    optimizerStep(spec, state, parameters, new Float32Array([1]));
    expect(parameters[0]).toBe(2 - 0.5 * (0.5 + 0.25 * 2));
    optimizerStep(spec, state, parameters, new Float32Array([1]));
    expect(parameters[0]).toBe(1.5 - 0.5 * (0.5 + 0.25 * 1.5));
    expect([state.first[0], state.second[0]]).toEqual([0.75, 0.4375]);
  });

  it("follows PyTorch's order of operations to rounding", () => {
    // Origin: a Python transcription of torch.optim.AdamW (decay first, powers of beta) in double precision.
    const state = initialOptimizerState(ADAMW, 3);
    const parameters = new Float32Array([1, -2, 0.5]);
    const gradients = [
      [0.1, -0.2, 0.3],
      [0.2, 0.1, -0.4],
      [-0.3, 0, 0.05],
    ];
    for (const gradient of gradients) optimizerStep(ADAMW, state, parameters, new Float32Array(gradient));
    [0.9980714471, -1.998467807, 0.4992637622].forEach((value, index) => {
      expect(parameters[index], `parameter ${index}`).toBeCloseTo(value, 6);
    });
  });

  it("first moves every parameter by the learning rate, against the gradient's sign", () => {
    const gradient = fc.float({min: Math.fround(1e-3), max: 1e3, noNaN: true});
    fc.assert(
      fc.property(gradient, fc.boolean(), (size, isNegative) => {
        const spec = {...ADAMW, weightDecay: 0};
        const parameters = new Float32Array(1);
        optimizerStep(
          spec,
          initialOptimizerState(spec, 1),
          parameters,
          new Float32Array([isNegative ? -size : size]),
        );
        expect(valueAt(parameters, 0) * (isNegative ? 1 : -1)).toBeCloseTo(spec.learningRate, 7);
      }),
    );
  });
});

describe("federated averaging of quadratics a/2 (x - b)^2 with plain sgd", () => {
  const SITES = [
    {a: 1, b: -1, weight: 0.1},
    {a: 2, b: 0, weight: 0.2},
    {a: 4, b: 2, weight: 0.3},
    {a: 0.5, b: 5, weight: 0.4},
  ];

  // Fixed point sum c b / sum c with c = weight (1 - (1 - learningRate a)^steps), in closed form.
  it.each([
    {learningRate: 0.1, steps: 1, fixedPoint: 1.7368421053},
    {learningRate: 0.1, steps: 5, fixedPoint: 1.7782459417},
    {learningRate: 0.1, steps: 20, fixedPoint: 2.131691572},
    {learningRate: 0.05, steps: 20, fixedPoint: 1.9035688743},
    {learningRate: 0.01, steps: 100, fixedPoint: 1.9070824278},
  ])("ends at $fixedPoint for $steps steps of $learningRate a round", ({learningRate, steps, fixedPoint}) => {
    const spec: SgdSpec = {name: "sgd", learningRate, momentum: 0, weightDecay: 0};
    const localRound = (start: number, {a, b}: {a: number; b: number}): number => {
      const state = initialOptimizerState(spec, 1);
      const parameters = new Float32Array([start]);
      const gradient = new Float32Array(1);
      for (let step = 0; step < steps; step++) {
        gradient[0] = a * (valueAt(parameters, 0) - b);
        optimizerStep(spec, state, parameters, gradient);
      }
      return valueAt(parameters, 0);
    };
    let mean = 0;
    for (let round = 0; round < 150; round++) {
      mean = SITES.reduce((sum, site) => sum + site.weight * localRound(mean, site), 0);
    }
    expect(mean).toBeCloseTo(fixedPoint, 5);
  });
});
