import {expect, it} from "vitest";
import {reportHtml} from "../../../src/simulation/report/report-html.ts";
import {verdictOf} from "../../../src/simulation/report/verdict.ts";
import type {MethodComparison} from "../../../src/simulation/study/results.ts";
import {studyFixture} from "./study-fixture.ts";

it("a verdict never takes a network for good that diverged where the baseline did not", () => {
  const figures = {difference: 0.015, low: 0.01, high: 0.02, margin: 0.02, seeds: 5, n: 100};
  const good: MethodComparison = {
    point: {},
    baseline: "Pooled Training",
    test: "Pooled Test",
    metric: "auroc",
    ...figures,
    isNonInferior: true,
    divergedSeeds: 0,
    baselineDivergedSeeds: 0,
  };
  const none = {difference: null, low: null, high: null, seeds: 0};
  const lost = {...good, divergedSeeds: 1, isNonInferior: false};
  expect(verdictOf(good)).toBe("better");
  expect(verdictOf(lost)).toBe("inferior");
  expect(verdictOf({...lost, ...none})).toBe("inferior");
  expect(verdictOf({...lost, ...none, baselineDivergedSeeds: 1})).toBe("not shown");
  expect(verdictOf({...good, ...none, baselineDivergedSeeds: 5})).toBe("better");
  expect(verdictOf({...good, baselineDivergedSeeds: 2})).toBe("better");
});

it("the best site alone is one site's model, and no mean of all", () => {
  const study = studyFixture();
  const all = study.results
    .filter(({method}) => method === "Local UKA")
    .map((row) => ({...row, method: "Local", value: (row.value ?? 0) + 0.05}));
  const tiles = (results: typeof study.results): string =>
    /<div class="tiles">.*?<ul/.exec(reportHtml({...study, results}))?.[0] ?? "";
  expect(tiles(study.results)).toContain("UKA: ");
  expect(tiles([...study.results, ...all])).toBe(tiles(study.results));
});

it("where only external sites have test patients, they are what is told first, and groups without any are left out", () => {
  const study = studyFixture();
  const results = study.results.map((row) =>
    row.test === "External YCR" ? row : {...row, value: null, low: null, high: null, n: 0},
  );
  const comparisons = study.comparisons.filter(({test}) => test === "External YCR");
  const report = reportHtml({...study, results, comparisons});
  expect(report).toContain("AUROC on External YCR (n = 805; 5 seeds): the network reached");
  expect(report).not.toContain("AUROC on Pooled Test");
});

it("a network that diverged is said to have, in the brief, the tables and the pictures", () => {
  const some = reportHtml(studyFixture({divergedSeeds: 2}));
  expect(some).toContain("The network diverged at 2 of 5 seeds in round 0");
  expect(some).toContain("(2 of 5 seeds diverged)");
  expect(some).toContain("(3 of 5)</span>");
  expect(some).toContain("at the 3 seeds at which both have a model");
  expect(some).toContain("network diverged at 2 seeds");
  expect(some).toContain("before it diverged");
  // What each site gains would be a mean over what is left.
  expect(some).not.toContain("do better in the network than alone");
  const all = reportHtml(studyFixture({divergedSeeds: 5}));
  expect(all).toContain("The network diverged at 5 of 5 seeds");
  expect(all).toContain('<td class="num">diverged</td>');
  expect(all).not.toContain("NaN");
});
