import {describe, expect, it} from "vitest";
import {sha256} from "../../src/core/index.ts";
import {createSnapshot, snapshotSize} from "../../src/parameters/index.ts";
import {createStages, type StagesOptions} from "../../src/participant/stages.ts";
import type {Certified} from "../../src/rounds/index.ts";

const FEATURES = 2;
const OPTIONS: StagesOptions = {
  isFederated: true,
  mixing: {kind: "all"},
  outer: null,
  features: Array.from({length: FEATURES}, () => ({low: 0, high: 1})),
  trainingRounds: 3,
  model: {
    tensors: [
      {name: "kernel", shape: [FEATURES, 1]},
      {name: "bias", shape: [1]},
    ],
  },
  initial: Float32Array.of(10, 20, 30),
  codec: "fp16",
  asynchronous: null,
  local: [],
  hasControls: false,
  isNormalised: false,
  reference: 512,
  cap: 256,
  clipNorm: 10,
  contract: "ab".repeat(32),
  hash: sha256,
};

/** `values` as the certified result of `round`. */
function certify(layout: Uint8Array, round: number, values: readonly number[], weight = 1): Certified {
  const snapshot = createSnapshot(sha256, layout, Float32Array.from(values));
  const body = {
    run: "00".repeat(16),
    round,
    attempt: 0,
    group: "ab".repeat(32),
    roster: "00".repeat(32),
    parent: "00".repeat(32),
    contributors: ["a"],
    weight,
    peakWeight: weight,
    result: snapshot.hash,
  };
  return {certificate: {body, ballot: 0, votes: []}, snapshot};
}

describe("the rounds of a run with federated statistics", () => {
  const stages = createStages(OPTIONS);
  const layoutOf = (round: number): Uint8Array => stages.shapeOf(round).layout;

  it("are one for the means, one for the deviations, then those of training", () => {
    expect(stages.rounds).toBe(5);
    expect([0, 1, 2, 3, 4].map((round) => stages.stageOf(round))).toEqual([
      {kind: "mean"},
      {kind: "deviation"},
      {kind: "training", step: 0},
      {kind: "training", step: 1},
      {kind: "training", step: 2},
    ]);
  });

  it("mix the statistics exactly, and the parameters with the plan's codec", () => {
    const specs = [0, 1, 2, 3].map((round) => stages.specOf(round, null));
    expect(specs.map(({codec}) => codec.name)).toEqual(["f32", "f32", "fp16", "fp16"]);
    expect(specs.map(({mixed}) => mixed)).toEqual([FEATURES, FEATURES, 3, 3]);
  });

  it("hand on what they carry: means, then deviations before them, then parameters before both", () => {
    const mean = [0.25, 0.5];
    const first = stages.specOf(0, null);
    expect([...first.reference]).toEqual([0, 0]);
    // 300 patients of three sites: the sum of n / N0.
    const second = stages.specOf(1, certify(layoutOf(0), 0, mean, 300 / 512));
    expect([...second.reference]).toEqual([0, 0, ...mean, 300]);
    const deviation = [0.0625, 0.125];
    const third = stages.specOf(2, certify(layoutOf(1), 1, [...deviation, ...mean, 300], 300 / 512));
    expect([...third.reference]).toEqual([10, 20, 30, ...deviation, ...mean, 300]);
    const trained = [11, 21, 31, ...deviation, ...mean, 300];
    expect([...stages.specOf(3, certify(layoutOf(2), 2, trained)).reference]).toEqual(trained);
  });

  it("name their shapes without the rounds before them, as a late member must", () => {
    for (const round of [0, 1, 2, 3, 4]) {
      const {layout, values} = stages.shapeOf(round);
      const spec = stages.specOf(round, null);
      expect(spec.layout, `round ${round}`).toEqual(layout);
      expect(spec.reference, `round ${round}`).toHaveLength(values);
      expect(certify(layout, round, Array.from(spec.reference)).snapshot.bytes).toHaveLength(
        snapshotSize(values),
      );
    }
  });

  it("say what a contribution may hold: of statistics what the task declares, and of a weight the plan's cap", () => {
    const declared = [
      {low: 20, high: 80},
      {low: -1, high: 3},
      {low: -9, high: -7},
      {low: 0, high: 1},
    ];
    const {specOf} = createStages({...OPTIONS, features: declared});
    const ranges = [0, 1, 2].map((round) => specOf(round, null).range);
    expect([...(ranges[0]?.low ?? [])]).toEqual([0, -0.25, -1, 0]);
    expect([...(ranges[0]?.high ?? [])]).toEqual([1, 0.75, 0, 1]);
    expect([...(ranges[1]?.low ?? [])]).toEqual([0, 0, 0, 0]);
    expect([...(ranges[1]?.high ?? [])]).toEqual([1, 1, 1, 1]);
    expect(ranges[2]).toBeUndefined();
    expect([0, 1, 2].map((round) => specOf(round, null).maximumWeight)).toEqual([0.5, 0.5, 0.5]);
  });

  it("mix statistics by trimmed means where training follows a robust rule, and else in one group", () => {
    const rule = {rule: "krum", faulty: 2, adaptiveClipping: true, nearestNeighbours: true} as const;
    const schedule = {kind: "schedule", schedule: {name: "base", peers: 1}} as const;
    const robust = createStages({...OPTIONS, mixing: {kind: "robust", rule}});
    const trimmed = {rule: "trimmed-mean", faulty: 2, adaptiveClipping: false, nearestNeighbours: false};
    expect([0, 1, 2].map((round) => robust.specOf(round, null).mixing)).toEqual([
      {kind: "robust", rule: trimmed},
      {kind: "robust", rule: trimmed},
      {kind: "robust", rule},
    ]);
    const phased = createStages({...OPTIONS, mixing: schedule});
    expect([0, 1, 2].map((round) => phased.specOf(round, null).mixing)).toEqual([
      {kind: "all"},
      {kind: "all"},
      schedule,
    ]);
  });

  it("have a layout of their own at each stage, and one during training", () => {
    const hashes = [0, 1, 2, 3, 4].map((round) => Buffer.from(layoutOf(round)).toString("hex"));
    expect(new Set(hashes).size).toBe(3);
    expect(new Set(hashes.slice(2))).toEqual(new Set([stages.layout]));
  });

  it("let parameters and statistics be found in a snapshot", () => {
    const values = Float32Array.of(11, 21, 31, 0.0625, 0.125, 0.25, 0.5, 300);
    expect([...stages.parametersOf(values)]).toEqual([11, 21, 31]);
    const carried = stages.statisticsOf(values);
    expect([...(carried?.squaredDeviation ?? [])]).toEqual([0.0625, 0.125]);
    expect([...(carried?.mean ?? [])]).toEqual([0.25, 0.5]);
    expect(carried?.count).toBe(300);
  });
});

describe("the rounds of a run without", () => {
  const stages = createStages({...OPTIONS, isFederated: false});

  it("are those of training, from the initial parameters on", () => {
    expect(stages.rounds).toBe(3);
    expect(stages.stageOf(0)).toEqual({kind: "training", step: 0});
    const first = stages.specOf(0, null);
    expect([...first.reference]).toEqual([10, 20, 30]);
    expect(first).toMatchObject({mixed: 3, codec: {name: "fp16"}});
    const next = stages.specOf(1, certify(first.layout, 0, [1, 2, 3]));
    expect([...next.reference]).toEqual([1, 2, 3]);
    expect(stages.statisticsOf(next.reference)).toBeNull();
  });

  it("do not change the initial parameters they were given", () => {
    stages.specOf(0, null).reference.fill(7);
    expect([...OPTIONS.initial]).toEqual([10, 20, 30]);
  });

  it("have another layout when the data contract differs", () => {
    expect(createStages({...OPTIONS, contract: "cd".repeat(32)}).layout).not.toBe(
      createStages(OPTIONS).layout,
    );
  });
});
