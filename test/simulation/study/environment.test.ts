import {readFileSync} from "node:fs";
import {expect, it} from "vitest";
import {simulate} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const MODES = {
  source: "modes",
  features: 4,
  classes: 3,
  modes: 1,
  spread: 1,
  train: 40,
  test: 20,
  partition: {type: "iid", nodes: 2},
};

it("names what computed the training, not what was asked for, and the version of tfjs", async () => {
  const options = {folder: ".", threads: 0} as const;
  const patients = await simulate(tinyExperiment({baselines: []}), {...options, backend: "cpu"});
  expect(patients.environment.backend).toBe("cpu");
  const several = tinyExperiment({
    data: MODES,
    baselines: [],
    metrics: ["accuracy"],
    sweep: {
      "plan.model": [{architecture: "logistic"}, {architecture: "mlp", hidden: [3], activation: "tanh"}],
    },
    plan: {...tinyExperiment().plan, task: {standardisation: "none"}},
  });
  const classes = await simulate(several, {...options, backend: "auto"});
  // No plain loop is a backend, and "auto" is none either.
  expect(classes.environment.backend).toMatch(/^loops\+(wasm|tfjs-node)$/);
  const file = new URL("../../../node_modules/@tensorflow/tfjs-core/package.json", import.meta.url);
  expect(classes.environment.tfjs).toBe(JSON.parse(readFileSync(file, "utf8")).version);
});
