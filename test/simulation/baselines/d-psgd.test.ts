import {readFileSync} from "node:fs";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {createRandom} from "../../../src/core/index.ts";
import type {PatientMatrix} from "../../../src/data/index.ts";
import {type ComputeBackend, openBackend} from "../../../src/model/index.ts";
import {type MixingGraph, mixingGraph} from "../../../src/schedules/index.ts";
import type {SiteData} from "../../../src/simulation/site-data.ts";
import {createLocalExperiment} from "../../../src/study/baselines/experiment.ts";
import {trainDPsgd} from "../../../src/study/baselines/train-d-psgd.ts";
import {quadraticLearning, siteOf} from "./quadratic-learning.ts";

interface Vectors {
  readonly rounds: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly edges: readonly (readonly [number, number])[];
  /** Weights, then the bias. */
  readonly start: readonly number[];
  readonly sites: readonly {
    readonly rows: readonly (readonly number[])[];
    readonly labels: readonly number[];
  }[];
  readonly models: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Written by scripts/evidence/d-psgd-vectors.py, which is numpy and nothing of this package. */
const VECTORS: Vectors = JSON.parse(readFileSync(new URL("./d-psgd-vectors.json", import.meta.url), "utf8"));
const FEATURES = VECTORS.start.length - 1;

function sitesOf({sites}: Vectors): SiteData[] {
  return sites.map(({rows, labels}, place) => {
    const train: PatientMatrix = {
      n: rows.length,
      d: FEATURES,
      values: Float32Array.from(rows.flat()),
      labels: Uint8Array.from(labels),
      patients: rows.length,
      patientOf: Uint32Array.from(rows, (_, row) => row),
    };
    const {split} = siteOf(`site-${place}`, 1);
    return {name: `site-${place}`, split: {...split, train}};
  });
}

describe("decentralised SGD beside an independent numpy run", () => {
  let backend: ComputeBackend;
  beforeAll(async () => {
    backend = (await openBackend("cpu")).backend;
  });
  afterAll(() => backend.close());

  const graphs: readonly {readonly name: string; readonly graph: MixingGraph}[] = [
    {name: "ring", graph: "ring"},
    {name: "torus", graph: "torus"},
    {name: "exponential", graph: "exponential"},
    {name: "complete", graph: "complete"},
    {name: "one-peer-exponential", graph: "one-peer-exponential"},
    {name: "edges", graph: {edges: VECTORS.edges}},
  ];

  it("has an answer for each graph", () => {
    expect(Object.keys(VECTORS.models).toSorted()).toEqual(graphs.map(({name}) => name).toSorted());
    expect(VECTORS.rounds).toBeGreaterThanOrEqual(20);
  });

  it.each(graphs)("gives every node's model to 1e-6 on the graph $name", async ({name, graph}) => {
    const {plan} = quadraticLearning({}, {rounds: VECTORS.rounds, localSteps: VECTORS.steps});
    const optimizer = {name: "sgd", learningRate: VECTORS.learningRate, momentum: 0, weightDecay: 0} as const;
    const features = Array.from({length: FEATURES}, (_, index) => ({name: `x${index}`, low: 0, high: 1}));
    const experiment = createLocalExperiment(
      backend,
      {...plan, training: {...plan.training, optimizer}},
      features,
    );
    const learning = {...experiment, initial: Float32Array.from(VECTORS.start)};
    const {models} = await trainDPsgd(learning, sitesOf(VECTORS), graph);
    const expected = VECTORS.models[name] ?? [];
    expect(models).toHaveLength(expected.length);
    models.forEach((model, place) => {
      model.forEach((value, index) => {
        const difference = Math.abs(value - (expected[place]?.[index] ?? Number.NaN));
        expect(difference, `site ${place}, parameter ${index}`).toBeLessThan(1e-6);
      });
    });
    // Nothing is adopted: on all graphs but the complete one the nodes end with models of their own.
    const isOne = models.every((model) =>
      model.every((value, i) => Math.abs(value - (models[0]?.[i] ?? 0)) < 1e-6),
    );
    expect(isOne).toBe(name === "complete");
  });
});

describe("decentralised SGD", () => {
  const OPTIMA = {a: 8, b: 0, c: -2};
  const SITES = [siteOf("a", 128), siteOf("b", 64), siteOf("c", 64)];
  const LEARNING = quadraticLearning(OPTIMA, {rounds: 3, localSteps: 4});

  it("on a ring of three nodes is the plain mean after each round", async () => {
    const {models} = await trainDPsgd(LEARNING, SITES, "ring");
    for (const [value] of models) expect(value).toBeCloseTo(2 * (1 - (1 / 16) ** 3), 5);
  });

  it("on a ring of two nodes halves, of one leaves alone", async () => {
    const once = quadraticLearning(OPTIMA, {rounds: 1, localSteps: 1});
    const pair = await trainDPsgd(once, SITES.slice(0, 2), "ring");
    expect(pair.models.map(([value]) => value)).toEqual([2, 2]);
    for (const graph of ["ring", "one-peer-exponential", "random-matchings"] as const) {
      const alone = await trainDPsgd(once, SITES.slice(0, 1), graph);
      expect(alone.models.map(([value]) => value)).toEqual([4]);
    }
  });

  it("on a ring of many nodes keeps the mean and leaves the far ones apart", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const optima = Object.fromEntries(names.map((name, place) => [name, place === 0 ? 12 : 0]));
    const learning = quadraticLearning(optima, {rounds: 1, localSteps: 1});
    const {models} = await trainDPsgd(
      learning,
      names.map((name) => siteOf(name, 10)),
      "ring",
    );
    expect(models.map(([value]) => value)).toEqual([2, 2, 0, 0, 0, 2]);
  });

  it("in random matchings lets each node meet one other a round, another from round to round", () => {
    const randomOf = (round: number) => createRandom({seed: 3, site: "", round, purpose: "test"});
    const phaseOf = mixingGraph("random-matchings", 9, randomOf);
    const met = new Set<string>();
    for (let round = 0; round < 30; round++) {
      const {rows} = phaseOf(round);
      expect(rows.filter((row) => row.length === 0)).toHaveLength(1);
      rows.forEach((row, node) => {
        for (const {node: other, share} of row) {
          expect(share).toBe(1 / 2);
          expect(rows[other]?.map((neighbour) => neighbour.node)).toEqual([node]);
          met.add(`${node} ${other}`);
        }
      });
    }
    // Of 72 ordered pairs each is missed in 30 rounds with probability (8/9)^30, 3 %.
    expect(met.size).toBeGreaterThan(60);
  });

  it("in one-peer exponential rounds comes to the exact mean of 2^k nodes after k of them", () => {
    const phaseOf = mixingGraph("one-peer-exponential", 8, () =>
      createRandom({seed: 1, site: "", round: 0, purpose: ""}),
    );
    let values: number[] = Array.from({length: 8}, (_, node) => (node === 3 ? 8 : 0));
    for (let round = 5; round < 8; round++) {
      const {rows} = phaseOf(round);
      values = values.map((value, node) =>
        (rows[node] ?? []).reduce(
          (sum, {node: other, share}) => sum + share * ((values[other] ?? 0) - value),
          value,
        ),
      );
    }
    expect(values).toEqual(Array(8).fill(1));
  });
});
