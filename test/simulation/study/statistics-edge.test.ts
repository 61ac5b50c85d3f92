import {describe, expect, it} from "vitest";
import {simulate} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const TRIMMED = {rule: "trimmed-mean", faulty: 1, adaptiveClipping: true, nearestNeighbours: true};
const SEEDS = 5;

/** Mean AUROCs on all test patients of invented hearts, dealt to five sites, of which one is bad or none. */
async function aurocsUnder(robust: unknown) {
  const {plan} = tinyExperiment();
  const optimizer = {name: "sgd", learningRate: 1, momentum: 0, weightDecay: 0.01};
  const experiment = tinyExperiment({
    seed: 42,
    repeats: SEEDS,
    data: {
      source: "task",
      task: "synthetic-heart",
      partition: {type: "dirichlet", nodes: 5, minimum: 30, alpha: 0.5},
    },
    plan: {
      ...plan,
      rounds: 15,
      training: {...plan.training, optimizer, batchSize: 64, localSteps: 10},
      mixing: {...plan.mixing, codec: "fp16", robust},
      privacy: {...plan.privacy, clip: 10},
    },
    baselines: [],
    attacks: [{type: "statistics-edge", sites: 1}],
    metrics: ["auroc"],
  });
  const {results} = await simulate(experiment, {folder: ".", threads: 0, backend: "wasm"});
  const meanOf = (name: string): number => {
    const rows = results.filter(({method, test}) => method === name && test === "Pooled Test");
    expect(rows.length).toBe(SEEDS);
    return rows.reduce((sum, {value}) => sum + (value ?? Number.NaN) / SEEDS, 0);
  };
  return {honest: meanOf("Gossip (no attack)"), attacked: meanOf("Gossip")};
}

describe("one of five sites that says the greatest that its ranges allow", () => {
  it("costs a plan without a robust rule what ADR 39 says", async () => {
    const {honest, attacked} = await aurocsUnder("none");
    expect(honest).toBeCloseTo(0.817, 2);
    expect(attacked).toBeCloseTo(0.789, 2);
  });

  it("costs one with a rule nothing, as ADR 39 says", async () => {
    const {honest, attacked} = await aurocsUnder(TRIMMED);
    expect(honest).toBeCloseTo(0.81, 2);
    expect(attacked).toBeCloseTo(0.81, 2);
  });
});
