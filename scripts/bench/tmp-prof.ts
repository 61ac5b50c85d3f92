import {builtRoom} from "./built.ts";
import {openTrial} from "./simulation-trials.ts";

const {runNetwork} = await builtRoom<typeof import("../../src/simulation/index.ts")>("simulation");
const trial = await openTrial({
  rows: 10,
  features: 99,
  classes: 10,
  model: {architecture: "logistic"},
  rounds: 1,
  localSteps: 1,
  batchSize: 4,
  codec: "f32",
  engine: "fast",
  nodes: 10000,
  schedule: {name: "random", steps: 200},
});
await runNetwork(trial);
await trial.pool.close();
