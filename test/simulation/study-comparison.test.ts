import {expect, test} from "vitest";
import {
  compareStudies,
  type ResultRow,
  type StudyResults,
  settingDifferences,
} from "../../src/study/index.ts";
import {studyFixture} from "./report/study-fixture.ts";

const EMPTY = {...studyFixture({seeds: 1, rounds: 1}), rounds: [], comparisons: [], targets: []};

function row(seed: number, value: number | null, more: Partial<ResultRow> = {}): ResultRow {
  return {
    point: {},
    seed,
    method: "Gossip",
    test: "Pooled Test",
    metric: "auroc",
    value,
    low: null,
    high: null,
    n: 10,
    status: "finished",
    divergedAt: null,
    stall: null,
    ...more,
  };
}

function study(results: readonly ResultRow[], states: StudyResults["states"] = []): StudyResults {
  return {...EMPTY, results, states};
}

test("figures are paired by seed: only seeds of both count, whatever their order", () => {
  const first = study([row(42, 0.8), row(43, 0.7), row(44, 0.1), row(45, null), row(46, 0.75)]);
  const second = study([row(46, 0.78), row(45, 0.9), row(43, 0.74), row(42, 0.82)]);
  const {figures, onlyFirst, onlySecond} = compareStudies(first, second);
  expect(figures).toHaveLength(1);
  const [figure] = figures;
  expect(figure).toMatchObject({method: "Gossip", test: "Pooled Test", metric: "auroc", seeds: [42, 43, 46]});
  expect(figure?.first).toBeCloseTo(0.75, 12);
  expect(figure?.second).toBeCloseTo(0.78, 12);
  expect(figure?.difference).toBeCloseTo(0.03, 12);
  // t with two degrees of freedom times the standard error 0.01 / sqrt 3.
  expect(figure?.high).toBeCloseTo(0.03 + (4.302652729911275 * 0.01) / Math.sqrt(3), 9);
  expect([onlyFirst, onlySecond]).toEqual([[], []]);
});

test("points are the same whatever the order of their keys; other points, methods and seeds are named", () => {
  const first = study([row(42, 0.8, {point: {a: 1, b: "x"}}), row(42, 0.7, {method: "Ring"})]);
  const second = study([row(42, 0.9, {point: {b: "x", a: 1}}), row(43, 0.7, {method: "Ring"})]);
  const {figures, onlyFirst, onlySecond} = compareStudies(first, second);
  expect(figures).toMatchObject([{point: {a: 1, b: "x"}, low: null, high: null}]);
  expect(onlyFirst).toEqual(["Ring, Pooled Test, auroc"]);
  expect(onlySecond).toEqual(["Ring, Pooled Test, auroc"]);
});

test("what diverged in either study is named, with its seed and round", () => {
  const lost = {status: "diverged", divergedAt: 3} as const;
  const first = study([row(42, 0.8), row(43, null, lost)]);
  const second = study([row(42, null, lost), row(43, null, {...lost, point: {a: 1}})]);
  const {figures, onlyFirst, unfinishedFirst, unfinishedSecond} = compareStudies(first, second);
  expect(figures).toEqual([]);
  expect(onlyFirst).toEqual(["Gossip, Pooled Test, auroc"]);
  expect(unfinishedFirst).toEqual(["Gossip diverged (seed 43, round 3)"]);
  expect(unfinishedSecond).toEqual([
    "Gossip diverged (seed 42, round 3)",
    "Gossip diverged (seed 43, round 3, a = 1)",
  ]);
});

test("a study beside itself differs in nothing", () => {
  const own = studyFixture();
  const {figures, onlyFirst, onlySecond, equalStates, commonStates} = compareStudies(own, own);
  expect(figures).toHaveLength(own.results.length / own.seeds.length);
  expect(figures.every(({difference, low, high}) => difference === 0 && low === 0 && high === 0)).toBe(true);
  expect([onlyFirst, onlySecond, equalStates, commonStates]).toEqual([[], [], 5, 5]);
});

test("final states are held against each other at the same point and seed", () => {
  const state = (seed: number, digit: string) => ({point: {}, seed, sha256: digit.repeat(64)});
  const first = study([], [state(42, "a"), state(43, "b"), state(44, "c")]);
  const second = study([], [state(43, "0"), state(42, "a"), state(50, "c")]);
  expect(compareStudies(first, second)).toMatchObject({states: "differs", equalStates: 1, commonStates: 2});
  expect(compareStudies(first, first)).toMatchObject({states: "agrees", equalStates: 3, commonStates: 3});
  const apart = compareStudies(first, study([], [state(50, "a")]));
  expect(apart).toMatchObject({states: "unknown", equalStates: 0, commonStates: 0});
});

test("settings that differ are named by dotted keys, lists as a whole", () => {
  const first = {seed: 42, plan: {rounds: 10, mixing: {codec: "fp16"}}, metrics: ["auroc"], gone: null};
  const second = {
    seed: 42,
    plan: {rounds: 20, mixing: {codec: "fp16"}},
    metrics: ["auroc", "brier"],
    added: 1,
  };
  expect(settingDifferences(first, second)).toEqual([
    {key: "plan.rounds", first: 10, second: 20},
    {key: "metrics", first: ["auroc"], second: ["auroc", "brier"]},
    {key: "gone", first: null, second: undefined},
    {key: "added", first: undefined, second: 1},
  ]);
  expect(settingDifferences(first, structuredClone(first))).toEqual([]);
});
