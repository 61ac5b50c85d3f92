import {createRequire} from "node:module";
import {describe, expect, it} from "vitest";
import {initialParameters, openBackend} from "../../src/model/index.ts";
import {openTrainer, type TrainerOptions} from "../../src/training/index.ts";
import {sampleRows} from "../training/sample-rows.ts";
import {workerUrl} from "../training/worker-url.ts";

const reason = await openBackend("tfjs-node").then(
  ({backend}) => backend.close(),
  (error: unknown) => error,
);
if (reason !== undefined)
  console.log("skipped: the library of tfjs-node is not in place; its tests do not run");

const SPEC = {architecture: "mlp", hidden: [16], activation: "tanh"} as const;
const TRAIN = sampleRows(40, 6, 1);
const START = initialParameters(SPEC, TRAIN.d, 3);
const OPTIONS: TrainerOptions = {
  spec: SPEC,
  training: {
    optimizer: {name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0},
    batchSize: 8,
    proximal: 0,
    localSteps: 10,
  },
  train: TRAIN,
  seed: 3,
  site: "north",
  backend: "tfjs-node",
  workerUrl,
};
const REQUEST = {start: START, firstStep: 0, steps: 20};
const ENDLESS = {start: START, firstStep: 0, steps: 1e12};

describe.skipIf(reason === undefined)("tfjs-node without its library", () => {
  it("is passed over before its package is loaded", () => {
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    expect(reason).toMatchObject({message: expect.stringContaining("is not installed")});
    expect(loaded.filter((file) => file.includes("tfjs-node"))).toEqual([]);
  });
});

describe.skipIf(reason !== undefined)("tfjs-node in the training thread", () => {
  it("gives the bytes of another thread beside it, and wasm's result", async () => {
    const trainers = [await openTrainer(OPTIONS), await openTrainer(OPTIONS)] as const;
    const wasm = await openTrainer({...OPTIONS, backend: "wasm"});
    const [first, second] = await Promise.all(trainers.map((trainer) => trainer.localSteps(REQUEST)));
    const other = await wasm.localSteps(REQUEST);
    for (const trainer of [...trainers, wasm]) await trainer.close();
    expect(trainers[0].backend).toBe("tfjs-node");
    expect(second).toEqual(first);
    other.parameters.forEach((value, index) => {
      expect(first?.parameters[index], `parameter ${index}`).toBeCloseTo(value, 5);
    });
  });

  it("is opened again after a thread was ended in the middle of its steps", async () => {
    const ended = await openTrainer(OPTIONS);
    const endless = ended.localSteps(ENDLESS).catch((error: unknown) => error);
    await ended.close();
    expect(await endless).toMatchObject({code: "TRAINING_CLOSED"});
    const next = await openTrainer(OPTIONS);
    const {parameters} = await next.localSteps(REQUEST);
    await next.close();
    expect(parameters.every(Number.isFinite)).toBe(true);
    expect(parameters).not.toEqual(START);
  });
});
