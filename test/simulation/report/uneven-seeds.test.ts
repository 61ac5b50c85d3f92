import {expect, it} from "vitest";
import {consensusPicture, curvesPicture} from "../../../src/report/pictures.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import type {RoundRow, StudyResults} from "../../../src/study/results.ts";
import {studyFixture} from "./study-fixture.ts";

const SWARM = "Swarm (HPE)";
/** Merges of swarm learning by seed, as of sites that are drawn anew with each seed. */
const MERGES: Readonly<Record<number, number>> = {42: 68, 43: 68, 44: 60};

const merge = (seed: number, round: number): RoundRow => ({
  point: {},
  seed,
  method: SWARM,
  round,
  seconds: round,
  bytes: round,
  absent: [],
  consensusDistance: seed === 44 ? 0.004 : 0.001,
  // At the last merge 0.768, 0.868 and 0.96.
  value: {42: 0.7, 43: 0.8, 44: 0.9}[seed] ?? null,
  on: "validation",
});

function unevenStudy(): StudyResults {
  const study = studyFixture({seeds: 3, rounds: 20});
  const merges = Object.entries(MERGES).flatMap(([seed, count]) =>
    Array.from({length: count}, (_, place) => {
      const row = merge(Number(seed), place + 1);
      return {...row, value: (row.value ?? 0) + (place + 1) / 1000};
    }),
  );
  return {...study, rounds: [...study.rounds.filter(({method}) => method !== SWARM), ...merges]};
}

/** Cells of the table of last rounds, by method. */
function lastRounds(page: string): ReadonlyMap<string, readonly string[]> {
  const [, table = ""] = /<table aria-label="At the last round.*?<tbody>(.*?)<\/tbody>/.exec(page) ?? [];
  const rows = [...table.matchAll(/<th scope="row">(.*?)<\/th>(.*?)<\/tr>/g)];
  return new Map(
    rows.map(([, method = "", cells = ""]) => [
      method,
      [...cells.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell = ""]) => cell),
    ]),
  );
}

it("the end of a method is each seed's own last round, however many its seeds took", () => {
  const {description} = curvesPicture(unevenStudy()).caption;
  // (0.768 + 0.868 + 0.96) / 3, and not the 0.818 of the two seeds with most merges.
  expect(description).toContain(`${SWARM} 0.865`);
  expect(description).toContain("A method's line ends where the first of its seeds ends.");
  const study = studyFixture({seeds: 3, rounds: 20});
  const own = study.rounds.filter(({method, round}) => method === "FedAvg" && round === 20);
  const mean = own.reduce((sum, {value}) => sum + (value ?? Number.NaN), 0) / 3;
  expect(curvesPicture(study).caption.description).toContain(`FedAvg ${mean.toFixed(3)}`);
  expect(curvesPicture(study).caption.description).not.toContain("line ends");
});

it("a curve has no mean of some seeds alone", () => {
  for (const picture of [curvesPicture(unevenStudy()), consensusPicture(unevenStudy())]) {
    const rows = picture.data.rows.filter(([method]) => method === SWARM);
    expect(rows.at(-1)?.[1]).toBe(60);
    expect(new Set(rows.map((row) => row.at(-1)))).toEqual(new Set([3]));
  }
  const [, , mean] = curvesPicture(unevenStudy()).data.rows.findLast(([method]) => method === SWARM) ?? [];
  expect(mean).toBeCloseTo((0.76 + 0.86 + 0.96) / 3, 12);
});

it("a seed at which a method has no model has no part in its curve, where others have one", () => {
  const study = studyFixture({seeds: 3, rounds: 20});
  const lost = {value: null, low: null, high: null, status: "diverged", divergedAt: 6} as const;
  const results = study.results.map((row) =>
    row.method === "FedAvg" && row.seed === 42 ? {...row, ...lost} : row,
  );
  const rounds = study.rounds.filter(
    ({method, seed, round}) => method !== "FedAvg" || seed !== 42 || round < 6,
  );
  const {data, caption} = curvesPicture({...study, results, rounds});
  const drawn = data.rows.filter(([method]) => method === "FedAvg");
  expect(drawn.map((row) => row.at(-1))).toEqual(Array.from({length: 20}, () => 2));
  const first = study.rounds.filter((row) => row.method === "FedAvg" && row.round === 1 && row.seed > 42);
  expect(drawn[0]?.[2]).toBeCloseTo(first.reduce((sum, {value}) => sum + (value ?? Number.NaN), 0) / 2, 12);
  expect(caption.description).toContain("(2 of 3 seeds; it diverged at the others)");
});

it("the table of last rounds has every method's own, and merges are called so", () => {
  const cells = lastRounds(reportHtml(unevenStudy()));
  expect(cells.get(SWARM)).toEqual(["60 to 68 (merges)", "0.768 to 0.960", "1.0e\u22123 to 4.0e\u22123"]);
  expect(cells.get("Gossip")?.[0]).toBe("20");
});

it("the rounds of a study are those of its plan, with merges apart", () => {
  const tile = (study: StudyResults): string | undefined =>
    /<dt>Rounds<\/dt><dd>(.*?)<\/dd>/.exec(reportHtml(study))?.[1];
  expect(tile(unevenStudy())).toBe("2; 60 to 68 merges of Swarm (HPE)");
  const points = [{"plan.rounds": 1}, {"plan.rounds": 7}];
  const swept = studyFixture({points, seeds: 1, rounds: 1});
  const rounds = swept.rounds.filter(({method}) => method !== SWARM);
  expect(tile({...swept, rounds})).toBe("1 to 7");
});
