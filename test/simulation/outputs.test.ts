import fc from "fast-check";
import {expect, test} from "vitest";
import {csvText} from "../../src/simulation/outputs/csv-text.ts";
import {resultsCsv, roundsCsv} from "../../src/simulation/outputs/results-csv.ts";
import {studyFiles} from "../../src/simulation/outputs/study-files.ts";
import {parseSummary, summaryJson} from "../../src/simulation/outputs/summary.ts";
import {studyFixture} from "./report/study-fixture.ts";

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
} as const;

test("results.csv has FLamby's columns first, then the rest, and a column a swept key", () => {
  const rows = [
    {...ROW, point: {"plan.rounds": 15, nodes: [1, 2]}},
    {...ROW, value: null, method: 'Local "A", B', point: {engine: "full"}},
    {...ROW, value: null, high: null, status: "diverged", divergedAt: 7},
  ] as const;
  expect(resultsCsv(rows)).toBe(
    [
      "Test,Method,seed,Metric,metric,n,low,high,status,diverged_at,plan.rounds,nodes,engine",
      'Pooled Test,Gossip,42,0.30000000000000004,accuracy,254,,1e-7,finished,,15,"[1,2]",',
      'Pooled Test,"Local ""A"", B",42,,accuracy,254,,1e-7,finished,,,,full',
      "Pooled Test,Gossip,42,,accuracy,254,,,diverged,7,,,",
      "",
    ].join("\n"),
  );
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
  };
  expect(roundsCsv([{...round, round: 2, absent: []}, round])).toBe(
    [
      "Method,seed,round,seconds,bytes,consensus_distance,value,absent",
      "Gossip,42,2,2.5,1000,0,,",
      "Gossip,42,1,2.5,1000,0,,A B",
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
  const study = studyFixture({points: [{a: 1}, {a: "all"}]});
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
    formatVersion: text.replace('"formatVersion": 1', '"formatVersion": 2'),
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
    "consensus.svg",
    "curves.svg",
    "environment.json",
    "forest.svg",
    "report.html",
    "results.csv",
    "rounds.csv",
    "sites.svg",
    "summary.json",
    "topology.svg",
  ]);
  expect(studyFiles(structuredClone(studyFixture()))).toEqual(files);
});
