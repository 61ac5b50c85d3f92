import {afterAll, describe, expect, it} from "vitest";
import {openBackend} from "../../../src/model/index.ts";
import {runNetwork} from "../../../src/simulation/index.ts";
import {createLocalExperiment, trainFedAvg} from "../../../src/study/index.ts";
import {ALL, inventedCohort, inventedExperiment, openTrial, type TrialChanges} from "./trials.ts";

const {backend} = await openBackend("cpu");
afterAll(() => backend.close());

/** No delay, and lines of any speed. */
const AT_ONCE = {network: {delay: {type: "constant", ms: 0}}};

const CASES: readonly {readonly name: string; readonly changes: TrialChanges}[] = [
  {name: "common scaling", changes: {}},
  {name: "own scaling", changes: {plan: {task: {standardisation: "site"}}}},
  {name: "a proximal term", changes: {training: {proximal: 0.3}}},
  {
    name: "a perceptron",
    changes: {plan: {model: {architecture: "mlp", hidden: [5, 4], activation: "relu"}}},
  },
];

/*
 * Compared are the two models' numbers, binary32 both, as binary64: one from the sessions' sums of encoded contributions,
 * the other from one machine's plain sums over all sites' updates.
 */
describe.each(["fast", "full"] as const)("a full topology without delay, by the %s engine", (engine) => {
  it.each(CASES)("is federated averaging to 1e-12: $name", async ({changes}) => {
    const cohort = inventedCohort(5);
    const experiment = inventedExperiment({
      ...changes,
      mixing: {...ALL, codec: "f32"},
      experiment: {...AT_ONCE, engine},
    });
    const trial = await openTrial(experiment, {cohort});
    const {models, standardisers} = await runNetwork(trial);
    await trial.pool.close();
    const expected = await trainFedAvg(
      createLocalExperiment(backend, trial.plan, cohort.features),
      cohort.sites,
    );
    const [model = new Float32Array()] = models;
    expect(model).toHaveLength(expected.parameters.length);
    const apart = expected.parameters.map((value, index) => Math.abs(value - (model[index] ?? 0)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1e-12);
    expect(standardisers).toEqual(expected.standardisers);
  });
});
