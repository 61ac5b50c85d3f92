import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {
  type BackendName,
  type ComputeBackend,
  type Examples,
  initialParameters,
  type ModelSpec,
  openBackend,
} from "../../src/model/index.ts";
import {centralDifferences} from "./central-differences.ts";
import {exampleOf, relativeDistance} from "./reference-model.ts";
import {valueAt} from "./value-at.ts";

const WIDTH = 6;
const CLASSES = 4;
const SPECS: readonly {readonly name: string; readonly spec: ModelSpec}[] = [
  {name: "softmax regression", spec: {architecture: "logistic"}},
  {name: "a relu layer", spec: {architecture: "mlp", hidden: [9], activation: "relu"}},
  {name: "two tanh layers", spec: {architecture: "mlp", hidden: [7, 5], activation: "tanh"}},
];

function sample(n: number, seed: number): Examples {
  const random = createRandom({seed, site: "test", round: 0, purpose: "several classes"});
  const values = Float32Array.from({length: n * WIDTH}, () => random.normal());
  return {n, d: WIDTH, values, labels: Uint8Array.from({length: n}, () => random.below(CLASSES))};
}

/** Logits of one example in double precision: each weight `[fanIn, fanOut]`, then the biases, layer by layer. */
function logitsOf(spec: ModelSpec, parameters: ArrayLike<number>, example: readonly number[]): number[] {
  const hidden = spec.architecture === "mlp" ? spec.hidden : [];
  const widths = [...hidden, CLASSES];
  let value = [...example];
  let offset = 0;
  widths.forEach((fanOut, layer) => {
    const input = value;
    value = Array.from({length: fanOut}, (_, unit) => {
      const products = input.map((x, row) => x * valueAt(parameters, offset + row * fanOut + unit));
      const sum = products.reduce(
        (a, b) => a + b,
        valueAt(parameters, offset + input.length * fanOut + unit),
      );
      if (layer === widths.length - 1) return sum;
      return spec.architecture === "mlp" && spec.activation === "tanh" ? Math.tanh(sum) : Math.max(0, sum);
    });
    offset += (input.length + 1) * fanOut;
  });
  return value;
}

/** The mean of -log of the label's share of the exponentials. */
function lossOf(spec: ModelSpec, parameters: ArrayLike<number>, batch: Examples): number {
  let sum = 0;
  for (let row = 0; row < batch.n; row++) {
    const powers = logitsOf(spec, parameters, exampleOf(batch, row)).map(Math.exp);
    sum -= Math.log(valueAt(powers, valueAt(batch.labels, row)) / powers.reduce((a, b) => a + b, 0));
  }
  return sum / batch.n;
}

/** What every compute backend must do for more than two classes. */
export function describeSeveralClasses(backendName: BackendName): void {
  describe(`more than two classes on the backend ${backendName}`, () => {
    let backend: ComputeBackend;
    beforeAll(async () => {
      backend = (await openBackend(backendName)).backend;
    });
    afterAll(() => backend.close());

    const opened = (spec: ModelSpec) => {
      const parameters = initialParameters(spec, WIDTH, 3, CLASSES);
      return {
        model: backend.build(spec, WIDTH, CLASSES),
        parameters,
        gradient: new Float32Array(parameters.length),
      };
    };

    it.each(SPECS)("gives the loss, and its finite differences, for $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const batch = sample(11, 1);
      const loss = model.lossAndGradient(parameters, batch, gradient);
      expect(loss).toBeCloseTo(lossOf(spec, parameters, batch), 5);
      const expected = centralDifferences(parameters, (moved) => lossOf(spec, moved, batch));
      expect(relativeDistance(gradient, expected)).toBeLessThan(1e-5);
    });

    it("gives the analytic gradient of softmax regression from zero parameters", () => {
      const {model, parameters, gradient} = opened({architecture: "logistic"});
      const batch = sample(10, 2);
      const loss = model.lossAndGradient(parameters.fill(0), batch, gradient);
      const analytic = new Float64Array(gradient.length);
      for (let row = 0; row < batch.n; row++) {
        [...exampleOf(batch, row), 1].forEach((value, input) => {
          for (let k = 0; k < CLASSES; k++) {
            const residual = (1 / CLASSES - (batch.labels[row] === k ? 1 : 0)) / batch.n;
            analytic[input * CLASSES + k] = valueAt(analytic, input * CLASSES + k) + residual * value;
          }
        });
      }
      expect(loss).toBeCloseTo(Math.log(CLASSES), 12);
      expect(relativeDistance(gradient, analytic)).toBeLessThan(1e-6);
    });

    it.each(SPECS)("predicts the class with the largest logit for $name", ({spec}) => {
      const {model, parameters} = opened(spec);
      const batch = sample(20, 4);
      const predicted = model.predict(parameters, batch);
      const expected = Array.from({length: 20}, (_, row) => {
        const logits = logitsOf(spec, parameters, exampleOf(batch, row));
        return logits.indexOf(Math.max(...logits));
      });
      expect([...predicted]).toEqual(expected);
      expect(new Set(expected).size).toBeGreaterThan(1);
      parameters.fill(Number.NaN);
      expect(model.predict(parameters, batch).every(Number.isNaN)).toBe(true);
    });

    it("says what computes it: plain loops for regression, the backend for the rest", () => {
      expect(SPECS.map(({spec}) => opened(spec).model.runsOn)).toEqual(["loops", backendName, backendName]);
      expect(backend.build({architecture: "logistic"}, WIDTH).runsOn).toBe(backendName);
      expect(backend.build({architecture: "cox"}, WIDTH).runsOn).toBe("loops");
    });

    it("stays finite for logits as large as binary32 has", () => {
      const {model, parameters, gradient} = opened({architecture: "logistic"});
      const batch = sample(6, 5);
      parameters.forEach((value, index) => {
        parameters[index] = 1e30 * value;
      });
      expect(model.lossAndGradient(parameters, batch, gradient)).toBeGreaterThan(1e20);
      expect(gradient.every(Number.isFinite)).toBe(true);
    });

    it.each([
      {architecture: "cox"},
      {architecture: "tile-mlp", hidden: [4], activation: "relu", tiles: 2},
      {architecture: "gated-attention-mil", embedding: 3, attention: 2, tiles: 2},
    ] as const)("refuses $architecture, which tells two apart", (spec) => {
      expect(() => backend.build(spec, WIDTH, CLASSES)).toThrow(
        expect.objectContaining({
          code: "MODEL_SPEC_INVALID",
          message: expect.stringContaining("does not tell 4 classes apart"),
        }),
      );
    });
  });
}
