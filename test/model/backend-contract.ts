import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  type BackendName,
  type ComputeBackend,
  initialParameters,
  type ModelSpec,
  openBackend,
} from "../../src/model/index.ts";
import {
  exampleOf,
  referenceGradient,
  referenceLogit,
  referenceLoss,
  relativeDistance,
} from "./reference-model.ts";
import {sampleBatch} from "./sample-batch.ts";
import {valueAt} from "./value-at.ts";

const WIDTH = 7;
const LOGISTIC: ModelSpec = {architecture: "logistic"};
const SHALLOW: ModelSpec = {architecture: "mlp", hidden: [9], activation: "relu"};
const DEEP: ModelSpec = {architecture: "mlp", hidden: [8, 5, 3], activation: "tanh"};
const SPECS = [
  {name: "logistic regression", spec: LOGISTIC},
  {name: "a relu layer", spec: SHALLOW},
  {name: "three tanh layers", spec: DEEP},
];

/** What every compute backend must do. */
export function describeBackend(name: BackendName): void {
  describe(`the backend ${name}`, () => {
    let backend: ComputeBackend;
    beforeAll(async () => {
      backend = (await openBackend(name)).backend;
    });
    afterAll(() => backend.close());

    const opened = (spec: ModelSpec) => {
      const parameters = initialParameters(spec, WIDTH, 3);
      return {model: backend.build(spec, WIDTH), parameters, gradient: new Float32Array(parameters.length)};
    };

    it.each(SPECS)("gives the loss and the gradient of the textbook for $name", ({spec}) => {
      const {model, parameters, gradient} = opened(spec);
      const batch = sampleBatch(12, WIDTH, 1);
      const loss = model.lossAndGradient(parameters, batch, gradient);
      expect(loss).toBeCloseTo(referenceLoss(spec, parameters, batch), 5);
      expect(relativeDistance(gradient, referenceGradient(spec, parameters, batch))).toBeLessThan(1e-5);
    });

    it("gives the analytic logistic gradient, from zero parameters too", () => {
      const {model, gradient} = opened(LOGISTIC);
      const batch = sampleBatch(10, WIDTH, 2);
      const loss = model.lossAndGradient(new Float32Array(WIDTH + 1), batch, gradient);
      const analytic = new Float64Array(WIDTH + 1);
      for (let row = 0; row < batch.n; row++) {
        const residual = (0.5 - valueAt(batch.labels, row)) / batch.n;
        [...exampleOf(batch, row), 1].forEach((value, column) => {
          analytic[column] = valueAt(analytic, column) + residual * value;
        });
      }
      expect(loss).toBeCloseTo(Math.LN2, 12);
      expect(relativeDistance(gradient, analytic)).toBeLessThan(1e-6);
    });

    it.each(SPECS)("predicts the sigmoid of the logit for $name", ({spec}) => {
      const {model, parameters} = opened(spec);
      const batch = sampleBatch(6, WIDTH, 4);
      const scores = model.predict(parameters, batch);
      expect(scores.length).toBe(6);
      scores.forEach((score, row) => {
        const expected = 1 / (1 + Math.exp(-referenceLogit(spec, parameters, exampleOf(batch, row))));
        expect(score, `row ${row}`).toBeCloseTo(expected, 6);
      });
    });

    it("gives per-example gradients whose mean is the batch's", () => {
      const {model, parameters, gradient} = opened(SHALLOW);
      const batch = sampleBatch(5, WIDTH, 5);
      const mean = new Float64Array(parameters.length);
      for (let row = 0; row < batch.n; row++) {
        const one = {
          n: 1,
          d: WIDTH,
          values: Float32Array.from(exampleOf(batch, row)),
          labels: batch.labels.slice(row, row + 1),
        };
        model.lossAndGradient(parameters, one, gradient);
        gradient.forEach((value, index) => {
          mean[index] = valueAt(mean, index) + value / batch.n;
        });
      }
      model.lossAndGradient(parameters, batch, gradient);
      expect(relativeDistance(gradient, mean)).toBeLessThan(1e-6);
    });

    it("computes with the parameters as they are now, not as they were", () => {
      const {model, parameters} = opened(SHALLOW);
      const batch = sampleBatch(4, WIDTH, 6);
      const before = model.predict(parameters, batch);
      const kept = before.slice();
      parameters.fill(0);
      expect([...model.predict(parameters, batch)]).toEqual([0.5, 0.5, 0.5, 0.5]);
      expect(before).toEqual(kept);
    });

    it("changes no argument but the gradient, and gives the same bytes again", () => {
      const {model, parameters, gradient} = opened(DEEP);
      const batch = sampleBatch(4, WIDTH, 7);
      const kept = {
        parameters: parameters.slice(),
        values: batch.values.slice(),
        labels: batch.labels.slice(),
      };
      const loss = model.lossAndGradient(parameters, batch, gradient);
      const first = gradient.slice();
      model.predict(parameters, batch);
      gradient.fill(Number.NaN);
      expect(model.lossAndGradient(parameters, batch, gradient)).toBe(loss);
      expect(gradient).toEqual(first);
      expect({parameters, values: batch.values, labels: batch.labels}).toEqual(kept);
    });

    it("keeps no tensor over 100 steps", async () => {
      const tf = await import("@tensorflow/tfjs-core");
      const {model, parameters, gradient} = opened(SHALLOW);
      const batch = sampleBatch(4, WIDTH, 8);
      const before = tf.memory();
      for (let step = 0; step < 100; step++) model.lossAndGradient(parameters, batch, gradient);
      model.predict(parameters, batch);
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numBytes).toBe(before.numBytes);
    });

    it("refuses what does not fit", () => {
      const {model, parameters, gradient} = opened(LOGISTIC);
      const batch = sampleBatch(4, WIDTH, 9);
      const empty = {n: 0, d: WIDTH, values: new Float32Array(0), labels: new Uint8Array(0)};
      const code = (action: () => unknown, expected: string): void =>
        expect(action, expected).toThrow(expect.objectContaining({code: expected}));
      code(() => model.lossAndGradient(parameters, empty, gradient), "MODEL_EMPTY_BATCH");
      code(() => model.lossAndGradient(parameters, sampleBatch(4, 6, 9), gradient), "MODEL_WRONG_WIDTH");
      code(() => model.predict(parameters, sampleBatch(4, 8, 9)), "MODEL_WRONG_WIDTH");
      code(() => model.predict(parameters.slice(1), batch), "MODEL_WRONG_LENGTH");
      code(() => model.lossAndGradient(parameters, batch, gradient.slice(1)), "MODEL_WRONG_LENGTH");
      code(() => model.predict(parameters, {...batch, n: 5}), "MODEL_WRONG_LENGTH");
      code(
        () => model.lossAndGradient(parameters, {...batch, labels: new Uint8Array(3)}, gradient),
        "MODEL_WRONG_LENGTH",
      );
      expect(model.predict(parameters, empty)).toEqual(new Float32Array(0));
    });

    it("opens again after it was closed, and closing twice is once", async () => {
      const second = (await openBackend(name)).backend;
      second.close();
      second.close();
      const {model, parameters} = opened(LOGISTIC);
      const batch = sampleBatch(3, WIDTH, 10);
      const scores = model.predict(parameters, batch);
      backend.close();
      backend = (await openBackend(name)).backend;
      expect(backend.build(LOGISTIC, WIDTH).predict(parameters, batch)).toEqual(scores);
    });
  });
}
