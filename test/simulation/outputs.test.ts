import fc from "fast-check";
import {expect, test} from "vitest";
import {studyFiles} from "../../src/report/study-files.ts";
import {csvText} from "../../src/study/outputs/csv-text.ts";
import {resultsCsv, roundsCsv} from "../../src/study/outputs/results-csv.ts";
import {parseSummary, summaryJson} from "../../src/study/outputs/summary.ts";
import type {StudyResults} from "../../src/study/results.ts";
import {studyFixture} from "./report/study-fixture.ts";
import {tinyExperiment} from "./study/tiny-experiment.ts";

const ROW = {
  point: {},
  seed: 42,
  method: "Gossip",
  test: "Pooled Test",
  metric: "accuracy",
  value: 0.1 + 0.2,
  low: null,
  high: 1e-7,
  n: 254,
  status: "finished",
  divergedAt: null,
  stall: null,
} as const;

/** A study with rows of its own, and an experiment whose sweep has their points. */
function studyWith(
  rows: Pick<StudyResults, "results" | "rounds">,
  changes: Readonly<Record<string, unknown>> = {},
): StudyResults {
  return {...studyFixture({seeds: 1, rounds: 1}), experiment: tinyExperiment(changes), ...rows};
}

test("results.csv has a line for each figure, a column a swept key, and no two columns that differ by case only", () => {
  const rows = [
    {...ROW, point: {"plan.rounds": 15, churn: "some away"}},
    {...ROW, value: null, method: 'Local "A", B', point: {"plan.rounds": 15, churn: "none"}},
    {
      ...ROW,
      value: null,
      high: null,
      status: "diverged",
      divergedAt: 7,
      point: {"plan.rounds": 15, churn: "none"},
    },
  ] as const;
  const away = {label: "some away", value: {onlineProb: 0.9, meanOfflineSeconds: 20}};
  const sweep = {"plan.rounds": [15], churn: ["none", away]};
  expect(resultsCsv(studyWith({results: rows, rounds: []}, {engine: "full", sweep}))).toBe(
    [
      "test,method,seed,metric,value,low,high,n,split,status,ended_at,reason,synthetic,partition,plan.rounds,churn",
      "Pooled Test,Gossip,42,accuracy,0.30000000000000004,,1e-7,254,test,finished,,,true,natural,15,some away",
      'Pooled Test,"Local ""A"", B",42,accuracy,,,1e-7,254,test,finished,,,true,natural,15,none',
      "Pooled Test,Gossip,42,accuracy,,,,254,test,diverged,7,,true,natural,15,none",
      "",
    ].join("\n"),
  );
});

test("the partition of each line is that of its point", () => {
  const deal = (alpha: number) => ({type: "dirichlet", nodes: 4, minimum: 10, alpha});
  const data = {
    source: "modes",
    features: 2,
    classes: 3,
    modes: 1,
    spread: 1,
    train: 90,
    test: 30,
    partition: deal(1),
  };
  const points = [deal(1), deal(100)].map((partition) => ({"data.partition": partition}));
  const sweep = {"data.partition": points.map((point) => point["data.partition"])};
  const results = points.map((point) => ({...ROW, point}));
  const [, ...lines] = resultsCsv(studyWith({results, rounds: []}, {data, metrics: ["accuracy"], sweep}))
    .trim()
    .split("\n");
  expect(lines.map((line) => cellsOf(line)[13])).toEqual([
    "dirichlet, nodes 4, minimum 10, alpha 1, selfBalancing false",
    "dirichlet, nodes 4, minimum 10, alpha 100, selfBalancing false",
  ]);
});

test("rounds.csv names the absent and keeps the order given", () => {
  const round = {
    point: {},
    seed: 42,
    method: "Gossip",
    round: 1,
    seconds: 2.5,
    bytes: 1000,
    absent: ["A", "B"],
    consensusDistance: 0,
    value: null,
    on: "validation",
  } as const;
  expect(roundsCsv(studyWith({results: [], rounds: [{...round, round: 2, absent: []}, round]}))).toBe(
    [
      "method,seed,round,value,split,seconds,bytes,consensus_distance,absent,synthetic,partition",
      "Gossip,42,2,,validation,2.5,1000,0,,true,natural",
      "Gossip,42,1,,validation,2.5,1000,0,A B,true,natural",
      "",
    ].join("\n"),
  );
});

/** Cells of a line of well-formed CSV without line breaks in cells. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/gs)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

test("any text and number reads back as it was", () => {
  const cell = fc.oneof(fc.string({minLength: 1}), fc.double({noNaN: true, noDefaultInfinity: true}));
  fc.assert(
    fc.property(fc.array(cell, {minLength: 1, maxLength: 6}), (cells) => {
      const text = csvText(["head"], [cells]);
      expect(text.endsWith("\n")).toBe(true);
      const found = cellsOf(text.slice("head\n".length, -1));
      expect(found).toEqual(cells.map(String));
      const numbers = cells.flatMap((value, place) =>
        typeof value === "number" && Number(found[place]) !== value ? [found[place]] : [],
      );
      expect(numbers).toEqual([]);
    }),
  );
});

test("summary.json reads back as the results, and equal results in another order of keys give equal bytes", () => {
  const study = studyFixture({points: [{"plan.rounds": 1}, {"plan.rounds": 2}]});
  const text = summaryJson(study);
  expect(parseSummary(text, "summary.json")).toEqual(study);
  const turned = Object.fromEntries(Object.entries(study).toReversed());
  expect(summaryJson({...study, ...turned})).toBe(text);
  expect(summaryJson(parseSummary(text, "summary.json"))).toBe(text);
});

test("a summary that is torn, of another version or wrong in one place is refused in one line", () => {
  const text = summaryJson(studyFixture({seeds: 1, rounds: 1}));
  const faults = {
    "is not JSON": text.slice(0, -20),
    formatVersion: text.replace('"formatVersion": 2', '"formatVersion": 1'),
    "results.0.metric": text.replace('"metric": "auroc"', '"metric": "AUC"'),
    'key: "extra"': text.replace('"name"', '"extra": 1, "name"'),
  };
  for (const [part, broken] of Object.entries(faults)) {
    expect(() => parseSummary(broken, "A/summary.json"), part).toThrowError(
      expect.objectContaining({
        code: "SIMULATION_SUMMARY_INVALID",
        message: expect.stringMatching(new RegExp(`^A/summary.json: .*${part}[^\\n]*$`)),
      }),
    );
  }
});

test("a study's files are named, and equal for equal results", () => {
  const files = studyFiles(studyFixture());
  expect([...files.keys()].sort()).toEqual([
    "consensus.csv",
    "consensus.svg",
    "curves.csv",
    "curves.svg",
    "environment.json",
    "forest.csv",
    "forest.svg",
    "report.html",
    "results.csv",
    "rounds.csv",
    "sites.csv",
    "sites.svg",
    "summary.json",
    "topology.csv",
    "topology.svg",
  ]);
  expect(studyFiles(structuredClone(studyFixture()))).toEqual(files);
});
