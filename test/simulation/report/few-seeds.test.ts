import {expect, it} from "vitest";
import {simulationLine} from "../../../src/cli/commands/simulate.ts";
import {studyTable} from "../../../src/cli/simulate/study-table.ts";
import {delong} from "../../../src/evaluation/index.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import {equalScoresOf} from "../../../src/study/outputs/equal-scores.ts";
import {studyFixture} from "./study-fixture.ts";

it("an interval over seeds is claimed of three seeds and more, a mean of two and more", () => {
  const [one, two, three] = [1, 2, 3].map((seeds) => reportHtml(studyFixture({seeds})));
  expect(one).toContain("AUROC on Pooled Test, one seed; higher is better");
  expect(one).not.toMatch(/\(mean over seeds\)|by the mean over|SD over seeds by|mean \u00b1 SD/);
  expect(one).toContain("(95 % over patients: ");
  expect(two).toContain("mean over 2 seeds, too few for an interval");
  expect(two).not.toContain("with its 95 % t-interval");
  expect(three).toContain("mean over seeds with its 95 % t-interval");
});

it("the terminal's table of one seed has no deviation, and no difference is minus nothing", () => {
  const study = studyFixture({seeds: 1});
  const comparisons = study.comparisons.map((row) => ({
    ...row,
    difference: -0.0002,
    low: -0.0004,
    high: 0.3,
  }));
  const table = studyTable({...study, comparisons});
  expect(table).toContain("auroc, one seed\n");
  expect(table).toContain("95 % intervals over patients:");
  expect(table).toContain(": 0.000 [0.000, 0.300]:");
  expect(studyTable(studyFixture({seeds: 2}))).toContain("auroc, mean \u00b1 SD over 2 seeds\n");
});

it("the progress of swarm learning counts merges, of which the plan knows no number", () => {
  const round = {round: 8, seconds: 1, bytes: 1, absent: [], consensusDistance: 0, value: 0.5};
  const state = {trialsDone: 0, trials: 1, share: 0.5, seed: 42, rounds: 5, round};
  const pace = {elapsedMs: 1000, earlier: 0};
  expect(simulationLine({...state, method: "Swarm (HPE)"}, pace)).toContain("| Swarm (HPE) merge 8 | 0.500");
  const gossip = {...state, method: "Gossip", round: {...round, round: 4}};
  expect(simulationLine(gossip, pace)).toContain("| Gossip round 4 of 5 | 0.500");
});

it("scores that are all equal are told apart from chance by their interval, and warned of", () => {
  const study = studyFixture({seeds: 2});
  const equal = delong([0, 0, 1, 1, 0], [0.3, 0.3, 0.3, 0.3, 0.3]);
  const chance = delong([0, 0, 1, 1], [0.1, 0.9, 0.5, 0.5]);
  expect([equal?.value, chance?.value]).toEqual([0.5, 0.5]);
  const changed = (figure: typeof equal) =>
    study.results.map((row) =>
      row.method === "FedAvg" && row.seed === 43 && row.metric === "auroc" && figure !== null
        ? {...row, value: figure.value, low: figure.low, high: figure.high}
        : row,
    );
  expect(equalScoresOf(changed(chance))).toEqual([]);
  const told = "FedAvg gives all patients of Pooled Test the same score (1 of 2 seeds)";
  expect(reportHtml({...study, results: changed(equal)})).toContain(told);
  expect(studyTable({...study, results: changed(equal)})).toContain(`Warning: ${told}`);
  expect(reportHtml(study)).not.toContain("the same score");
});
