import {afterAll, afterEach, beforeAll, describe, expect, it} from "vitest";
import {initialParameters, layoutOf, openBackend} from "../../src/model/index.ts";
import {
  matrixSource,
  openTrainer,
  shuffledOrder,
  type Trainer,
  type TrainerOptions,
  trainLocally,
} from "../../src/training/index.ts";
import {sampleRows} from "./sample-rows.ts";
import {workerUrl} from "./worker-url.ts";

const SPEC = {architecture: "mlp", hidden: [5], activation: "tanh"} as const;
const TRAIN = sampleRows(40, 4, 2);
const START = initialParameters(SPEC, TRAIN.d, 9);
const OPTIMIZER = {name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0} as const;
const OPTIONS: TrainerOptions = {
  spec: SPEC,
  training: {optimizer: OPTIMIZER, batchSize: 8, proximal: 0, localSteps: 10},
  train: TRAIN,
  seed: 9,
  site: "north",
  backend: "wasm",
  workerUrl,
};
const ENDLESS = 1e12;

const opened: Trainer[] = [];
let shared: Trainer;
beforeAll(async () => {
  shared = await openTrainer(OPTIONS);
});
afterEach(async () => {
  for (const trainer of opened.splice(0)) await trainer.close();
});
afterAll(() => shared.close());

async function open(over: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const trainer = await openTrainer({...OPTIONS, ...over});
  opened.push(trainer);
  return trainer;
}

/** A worker module of one's own: `ready` is said, rows are taken, then `onMessage` runs at each question. */
function moduleOf(onMessage: string): URL {
  const ready = {kind: "ready", backend: "cpu", passedOver: [], warning: null, layout: {tensors: []}};
  const source = `
    import {parentPort} from "node:worker_threads";
    parentPort.on("message", ({id, question}) => {
      if (question.kind === "open") parentPort.postMessage({kind: "answer", id, vector: new Float32Array(), meanLoss: 0});
      else {${onMessage}}
    });
    parentPort.postMessage(${JSON.stringify(ready)});
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

describe("a trainer", () => {
  it("gives the bytes of the same steps in this thread, and gives them again", async () => {
    const {backend} = await openBackend("wasm");
    const expected = trainLocally({
      model: backend.build(SPEC, TRAIN.d),
      optimizer: OPTIMIZER,
      proximal: 0,
      source: matrixSource(TRAIN),
      order: shuffledOrder({seed: 9, site: "north", n: TRAIN.n, batchSize: 8}),
      start: START,
      firstStep: 30,
      steps: 10,
      isCancelled: () => false,
    });
    backend.close();
    const request = {start: START, firstStep: 30, steps: 10};
    expect(await shared.localSteps(request)).toEqual(expected);
    expect(await (await open()).localSteps(request)).toEqual(expected);
    expect(START, "the start is still the caller's").toEqual(initialParameters(SPEC, TRAIN.d, 9));
  });

  it("says what it runs on and how its parameters lie", async () => {
    expect(shared.backend).toBe("wasm");
    expect(shared.layout).toEqual(layoutOf(SPEC, TRAIN.d));
    expect(shared.warning).toBeNull();
    expect((await open({backend: "cpu"})).warning).toContain("ten times slower");
  });

  it("answers each of many questions with its own answer", async () => {
    const batches = Array.from({length: 5}, (_, index) => sampleRows(index + 1, TRAIN.d, index));
    const scores = await Promise.all(batches.map((batch) => shared.score({parameters: START, rows: batch})));
    const {backend} = await openBackend("wasm");
    const model = backend.build(SPEC, TRAIN.d);
    expect(scores).toEqual(
      batches.map((batch) => model.predict(START, {n: batch.n, d: batch.d, values: batch.values})),
    );
    backend.close();
  });

  it("stops in the middle of a round and serves the next", async () => {
    const controller = new AbortController();
    const running = shared.localSteps({
      start: START,
      firstStep: 0,
      steps: ENDLESS,
      signal: controller.signal,
    });
    controller.abort();
    await expect(running).rejects.toMatchObject({code: "TRAINING_CANCELLED"});
    const signal = AbortSignal.abort();
    await expect(shared.localSteps({start: START, firstStep: 0, steps: 1, signal})).rejects.toMatchObject({
      code: "TRAINING_CANCELLED",
    });
    expect((await shared.localSteps({start: START, firstStep: 0, steps: 3})).steps).toBe(3);
  });

  it("ends at once when it is closed in the middle of a round", async () => {
    const trainer = await open();
    const running = trainer.localSteps({start: START, firstStep: 0, steps: ENDLESS});
    const outcome = running.catch((error: unknown) => error);
    await trainer.close();
    expect(await outcome).toMatchObject({code: "TRAINING_CLOSED"});
    await trainer.close();
    await expect(trainer.score({parameters: START, rows: TRAIN})).rejects.toMatchObject({
      code: "TRAINING_CLOSED",
    });
  });

  it("carries coded errors with their hint, and lives on", async () => {
    await expect(shared.score({parameters: START.slice(1), rows: TRAIN})).rejects.toMatchObject({
      name: "CodedError",
      code: "MODEL_WRONG_LENGTH",
      hint: expect.stringContaining("same at every site"),
    });
    const diverging = await open({
      training: {...OPTIONS.training, optimizer: {...OPTIMIZER, learningRate: 1e300}},
    });
    await expect(diverging.localSteps({start: START, firstStep: 4, steps: 1})).rejects.toMatchObject({
      code: "TRAINING_DIVERGED",
      data: {step: 4},
    });
    expect((await shared.score({parameters: START, rows: TRAIN})).length).toBe(TRAIN.n);
  });

  it("without a training example can score but not train", async () => {
    const trainer = await open({
      train: sampleRows(0, TRAIN.d, 1),
    });
    expect((await trainer.score({parameters: START, rows: TRAIN})).length).toBe(TRAIN.n);
    await expect(trainer.localSteps({start: START, firstStep: 0, steps: 1})).rejects.toMatchObject({
      code: "MODEL_EMPTY_BATCH",
    });
  });
});

describe("a worker thread that ends", () => {
  it("rejects what waits and what comes, and hangs nothing", async () => {
    const trainer = await open({workerUrl: moduleOf("process.exit(3)")});
    const request = {start: START, firstStep: 0, steps: 1};
    const died = {code: "TRAINING_WORKER_DIED", message: "the training thread ended: exit status 3"};
    await Promise.all([1, 2].map(() => expect(trainer.localSteps(request)).rejects.toMatchObject(died)));
    await expect(trainer.localSteps(request)).rejects.toMatchObject(died);
  });

  it("by a bug says which", async () => {
    const trainer = await open({workerUrl: moduleOf('throw new TypeError("a bug")')});
    await expect(trainer.score({parameters: START, rows: TRAIN})).rejects.toMatchObject({
      code: "TRAINING_WORKER_DIED",
      message: "the training thread ended: a bug",
    });
  });

  it.each([
    ["at its start", "data:text/javascript,process.exit(4)"],
    ["before it begins, for want of its file", "file:///nowhere/worker.js"],
  ])("%s fails the opening", async (_, url) => {
    await expect(openTrainer({...OPTIONS, workerUrl: new URL(url)})).rejects.toMatchObject({
      code: "TRAINING_WORKER_DIED",
    });
  });

  it("for a model that cannot be built gives the room's own error", async () => {
    const spec = {architecture: "mlp", hidden: [], activation: "relu"} as const;
    await expect(openTrainer({...OPTIONS, spec})).rejects.toMatchObject({code: "MODEL_SPEC_INVALID"});
  });
});
