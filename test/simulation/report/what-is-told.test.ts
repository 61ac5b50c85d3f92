import {expect, it} from "vitest";
import {reportHtml} from "../../../src/report/report-html.ts";
import {studyFixture} from "./study-fixture.ts";

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
  expect(some).toContain("The network diverged at 2 of 5 seeds in round 1");
  expect(some).toContain("(2 of 5 seeds diverged)");
  expect(some).toContain("(3 of 5)</span>");
  expect(some).toContain(
    "The network or the model of all data has no model at some seed, so they are not compared.",
  );
  expect(some).toContain("network diverged at 2 seeds");
  expect(some).toContain("(3 of 5 seeds; it diverged at the others)");
  // What each site gains would be a mean over what is left.
  expect(some).not.toContain("do better in the network than alone");
  const all = reportHtml(studyFixture({divergedSeeds: 5}));
  expect(all).toContain("The network diverged at 5 of 5 seeds");
  expect(all).toContain('<td class="num">diverged</td>');
  expect(all).not.toContain("NaN");
});

it("a baseline without a model is said to be no comparison, in the picture too, and how it ended", () => {
  const study = studyFixture({seeds: 3});
  const stall = {round: 2, seconds: 9, reason: "nothing was decided"};
  const results = study.results.map((row) =>
    row.method === "D-PSGD ring"
      ? {...row, value: null, low: null, high: null, status: "stalled" as const, stall}
      : row,
  );
  const none = {
    difference: null,
    low: null,
    high: null,
    isNonInferior: false,
    outcome: "no-comparison",
  } as const;
  const comparisons = study.comparisons.map((row) =>
    row.baseline === "D-PSGD ring" ? {...row, ...none, baselineDivergedSeeds: 3, seeds: 0} : row,
  );
  const page = reportHtml({...study, results, comparisons});
  expect(page).toContain(
    "D-PSGD ring stalled at 3 of 3 seeds in round 2: its nodes decided nothing any more",
  );
  expect(page).toMatch(/<text [^>]*>no comparison: baseline stalled at 3 seeds<\/text>/);
  expect(page).toContain("not compared with D-PSGD ring");
});

it("at the last round a method that has no model there is said to have diverged or stalled, in which round", () => {
  const study = studyFixture({seeds: 3});
  const stall = {round: 20, seconds: 9, reason: "nothing was decided"};
  const none = {value: null, low: null, high: null};
  const results = study.results.map((row) => {
    if (row.method === "FedAvg")
      return {...row, ...none, status: "diverged" as const, divergedAt: row.seed - 40};
    const isStalled = row.method === "Gossip" && row.seed === 43;
    return isStalled ? {...row, ...none, status: "stalled" as const, stall} : row;
  });
  const rounds = study.rounds.filter(
    ({method, seed, round}) => method !== "FedAvg" && (method !== "Gossip" || seed !== 43 || round < 20),
  );
  const page = reportHtml({...study, results, rounds});
  const [, table = ""] = /<table aria-label="At the last round.*?<tbody>(.*?)<\/tbody>/.exec(page) ?? [];
  const told = [...table.matchAll(/<th scope="row">(.*?)<\/th><td class="num">(.*?)<\/td>/g)];
  expect(Object.fromEntries(told.map(([, method = "", text]) => [method, text]))).toMatchObject({
    Gossip: "20; stalled at 1 of 3 seeds in round 20",
    FedAvg: "diverged in round 2 to 4",
    FedProx: "20",
  });
});

it("of the C-index, names those whose sites hold models of their own", () => {
  const page = reportHtml(studyFixture({seeds: 1, metrics: ["c-index"]}));
  expect(page).toContain("of D-PSGD ring, whose sites hold models of their own");
  expect(reportHtml(studyFixture({seeds: 1}))).not.toContain("whose sites hold models");
});

it("DeLong's p and Holm's stand beside intervals of the AUROC, and beside no others", () => {
  const study = studyFixture({seeds: 3});
  const comparisons = study.comparisons.map((row) => ({...row, p: 0.0004, pHolm: 0.0321}));
  const page = reportHtml({...study, comparisons});
  expect(page).toContain('<td class="num">&lt; 0.001</td><td class="num">0.032</td></tr>');
  expect(page).toContain("corrected by Holm for all comparisons of this study");
  const without = study.comparisons.map((row) => ({...row, p: null, pHolm: null}));
  expect(reportHtml({...study, comparisons: without})).not.toContain("DeLong's paired");
});
