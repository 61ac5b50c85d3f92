import {describe, expect, it} from "vitest";
import {initialParameters} from "../../src/model/index.ts";
import {openBackendModel, openTrainers, openTrainersHere, type Trainers} from "../../src/training/index.ts";
import {sampleRows} from "./sample-rows.ts";
import {workerUrl} from "./worker-url.ts";

const SPEC = {architecture: "logistic"} as const;
const TRAIN = sampleRows(20, 3, 2);
const OPTIMIZER = {name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0} as const;
const SITE = {
  training: {optimizer: OPTIMIZER, batchSize: 4, proximal: 0, localSteps: 2},
  train: TRAIN,
  seed: 1,
  site: "north",
};
const REQUEST = {start: initialParameters(SPEC, TRAIN.d, 1), firstStep: 0, steps: 2};
const SETUP = {spec: SPEC, inputWidth: TRAIN.d, backend: "cpu"} as const;

const openings: readonly {readonly where: string; readonly open: () => Promise<Trainers>}[] = [
  {where: "in the calling thread", open: () => openTrainersHere(SETUP, openBackendModel)},
  {where: "in a thread of their own", open: () => openTrainers({...SETUP, workerUrl})},
];

describe.each(openings)("trainers that share one model, $where", ({open}) => {
  it("refuse local steps of the one that is closed, and go on with the others", async () => {
    const trainers = await open();
    try {
      const [one, other] = [await trainers.open(SITE), await trainers.open(SITE)];
      const expected = await one.localSteps(REQUEST);
      await one.close();
      await expect(one.localSteps(REQUEST)).rejects.toMatchObject({code: "TRAINING_CLOSED"});
      expect(await other.localSteps(REQUEST)).toEqual(expected);
      expect(trainers.runsOn).toBe("cpu");
    } finally {
      await trainers.close();
    }
  });
});

it("trainers of more than two classes say that softmax regression is computed by plain loops", async () => {
  const several = await openTrainersHere({...SETUP, classes: 5}, openBackendModel);
  expect([several.backend, several.runsOn]).toEqual(["cpu", "loops"]);
  await several.close();
});
