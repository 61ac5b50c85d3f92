import {describe, expect, it} from "vitest";
import {trainFedAvg} from "../../../src/study/baselines/train-fed-avg.ts";
import {type SwarmSettings, trainSwarm} from "../../../src/study/baselines/train-swarm.ts";
import {quadraticLearning, siteOf} from "./quadratic-learning.ts";

const OPTIMA = {a: 8, b: 0, c: -2};
const SITES = [siteOf("a", 128), siteOf("b", 64), siteOf("c", 64)];
const LEARNING = quadraticLearning(OPTIMA, {rounds: 3, localSteps: 4});
const PLAIN: SwarmSettings = {
  merge: "mean",
  minimumPeers: 2,
  synchronisationSteps: 4,
  weightage: "cohort",
};

describe("swarm learning as HPE's", () => {
  it("that merges once a round, by cohort, is FedAvg", async () => {
    const [swarm, central] = [await trainSwarm(LEARNING, SITES, PLAIN), await trainFedAvg(LEARNING, SITES)];
    expect(swarm.parameters).toEqual(central.parameters);
  });

  it("counts all nodes alike unless told otherwise", async () => {
    const equal = await trainSwarm(LEARNING, SITES, {...PLAIN, weightage: "equal"});
    // Every merge ends 15/16 of the way to the plain mean of the optima, 2.
    expect(equal.parameters[0]).toBeCloseTo(2 * (1 - (1 / 16) ** 3), 5);
  });

  it("merges after every so many steps, and each node takes the plan's steps", async () => {
    const merges: number[] = [];
    await trainSwarm(
      LEARNING,
      SITES,
      {...PLAIN, synchronisationSteps: 5},
      (merge) => void merges.push(merge),
    );
    // 12 steps: after 5, 10 and 12.
    expect(merges).toEqual([0, 1, 2]);
  });

  it.each(["coordinate-median", "geometric-median"] as const)("takes the %s of the models", async (merge) => {
    const {parameters} = await trainSwarm(LEARNING, SITES, {...PLAIN, merge, synchronisationSteps: 12});
    // In one dimension both are the middle model: that of b, whose optimum is where all begin.
    expect(parameters[0]).toBeCloseTo(0, 3);
  });

  it("merges nothing among fewer nodes than it asks for", async () => {
    const {parameters} = await trainSwarm(LEARNING, SITES, {...PLAIN, minimumPeers: 4});
    expect(parameters).toEqual(LEARNING.initial);
  });
});
