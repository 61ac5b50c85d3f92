import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {type ComputeBackend, initialParameters, type Model, openBackend} from "../../src/model/index.ts";
import {
  matrixSource,
  type OptimizerSpec,
  shuffledOrder,
  type TrainLocallyOptions,
  trainLocally,
} from "../../src/training/index.ts";
import {sampleBatch} from "../model/sample-batch.ts";

const SGD: OptimizerSpec = {name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0.01};
const SPEC = {architecture: "mlp", hidden: [6], activation: "relu"} as const;
const TRAIN = sampleBatch(50, 4, 1);

describe("local steps", () => {
  let backend: ComputeBackend;
  let model: Model;
  beforeAll(async () => {
    backend = (await openBackend("cpu")).backend;
    model = backend.build(SPEC, TRAIN.d);
  });
  afterAll(() => backend.close());

  const optionsOf = (over: Partial<TrainLocallyOptions> = {}): TrainLocallyOptions => ({
    model,
    optimizer: SGD,
    proximal: 0,
    source: matrixSource(TRAIN),
    order: shuffledOrder({seed: 1, site: "north", n: TRAIN.n, batchSize: 8}),
    start: initialParameters(SPEC, TRAIN.d, 1),
    firstStep: 0,
    steps: 20,
    isCancelled: () => false,
    ...over,
  });

  it("give the same bytes again and leave the start alone", () => {
    const options = optionsOf();
    const kept = options.start.slice();
    const result = trainLocally(options);
    expect(trainLocally(optionsOf())).toEqual(result);
    expect(options.start).toEqual(kept);
    expect(result.parameters).not.toEqual(kept);
    expect(result.steps).toBe(20);
  });

  it("cut in two give the bytes of one piece when there is no momentum", () => {
    const whole = trainLocally(optionsOf());
    const first = trainLocally(optionsOf({steps: 7}));
    const second = trainLocally(optionsOf({start: first.parameters, firstStep: 7, steps: 13}));
    expect(second.parameters).toEqual(whole.parameters);
    expect((7 * first.meanLoss + 13 * second.meanLoss) / 20).toBeCloseTo(whole.meanLoss, 12);
  });

  it("start with no momentum in each call", () => {
    const optimizer = {...SGD, momentum: 0.9};
    const first = trainLocally(optionsOf({optimizer, steps: 7}));
    const later = {start: first.parameters, firstStep: 7, steps: 1};
    // One step from rest is the same with and without momentum.
    expect(trainLocally(optionsOf({optimizer, ...later}))).toEqual(trainLocally(optionsOf(later)));
  });

  it("lower the loss", () => {
    const {parameters} = trainLocally(optionsOf({steps: 200}));
    const gradient = new Float32Array(parameters.length);
    const before = model.lossAndGradient(initialParameters(SPEC, TRAIN.d, 1), TRAIN, gradient);
    expect(model.lossAndGradient(parameters, TRAIN, gradient)).toBeLessThan(0.7 * before);
  });

  it("end before the next step when they are cancelled", () => {
    let asked = 0;
    const isCancelled = (): boolean => ++asked > 3;
    expect(() => trainLocally(optionsOf({isCancelled}))).toThrow(
      expect.objectContaining({
        code: "TRAINING_CANCELLED",
        message: expect.stringContaining("at step 3"),
      }),
    );
  });

  it("stop with a hint when they diverge", () => {
    const optimizer = {...SGD, learningRate: 1e38};
    expect(() => trainLocally(optionsOf({optimizer}))).toThrow(
      expect.objectContaining({
        code: "TRAINING_DIVERGED",
        hint: expect.stringContaining("learning rate"),
      }),
    );
  });

  it("give out no parameter that is not finite, though the loss was", () => {
    const optimizer = {...SGD, learningRate: 1e300};
    expect(() => trainLocally(optionsOf({optimizer, steps: 1}))).toThrow(
      expect.objectContaining({
        code: "TRAINING_DIVERGED",
        message: "a parameter is not finite at step 0",
      }),
    );
  });

  it.each([
    {steps: 0, firstStep: 0},
    {steps: 1.5, firstStep: 0},
    {steps: 1, firstStep: -1},
  ])("refuse $steps steps from $firstStep", (over) => {
    expect(() => trainLocally(optionsOf(over))).toThrow(
      expect.objectContaining({code: "TRAINING_REQUEST_INVALID"}),
    );
  });
});

describe("a source over a matrix", () => {
  it("gathers the rows that are asked for, in that order", () => {
    const source = matrixSource({
      n: 3,
      d: 2,
      values: new Float32Array([1, 2, 3, 4, 5, 6]),
      labels: new Uint8Array([0, 1, 1]),
    });
    expect(source.batch(Uint32Array.of(2, 0), 0)).toEqual({
      n: 2,
      d: 2,
      values: new Float32Array([5, 6, 1, 2]),
      labels: new Uint8Array([1, 0]),
    });
  });
});

describe("wasm and cpu", () => {
  it("have the same loss to 1e-4 after ten rounds", async () => {
    const lossOn = async (name: "wasm" | "cpu"): Promise<number> => {
      const opened = (await openBackend(name)).backend;
      const trained = opened.build(SPEC, TRAIN.d);
      let start: Float32Array = initialParameters(SPEC, TRAIN.d, 1);
      for (let round = 0; round < 10; round++) {
        const optimizer = {...SGD, momentum: 0.9};
        const order = shuffledOrder({seed: 1, site: "north", n: TRAIN.n, batchSize: 8});
        const source = matrixSource(TRAIN);
        const rest = {
          optimizer,
          proximal: 0,
          order,
          source,
          firstStep: 20 * round,
          steps: 20,
          isCancelled: () => false,
        };
        start = trainLocally({model: trained, start, ...rest}).parameters;
      }
      const loss = trained.lossAndGradient(start, TRAIN, new Float32Array(start.length));
      opened.close();
      return loss;
    };
    expect(Math.abs((await lossOn("wasm")) - (await lossOn("cpu")))).toBeLessThan(1e-4);
  });
});
