import {expect, it} from "vitest";
import {written} from "../../../src/drawing/index.ts";
import {WIDE} from "../../../src/report/charts/look.ts";
import {pictureCsv} from "../../../src/report/charts/picture.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import {sweepPicture} from "../../../src/report/sweep.ts";
import {studyFixture} from "./study-fixture.ts";

const RING = {name: "ring", steps: 4};
const drawn = (points: readonly Readonly<Record<string, unknown>>[]): string =>
  written(sweepPicture(studyFixture({points, seeds: 2, rounds: 1})).draw(WIDE) ?? "");

it("values that are no numbers stand in rows by their names, and no line joins them", () => {
  const picture = drawn(["all", RING].map((schedule) => ({"plan.mixing.schedule": schedule})));
  expect(picture).toContain(">ring, steps 4</text>");
  expect(picture).not.toMatch(/[{}]|&quot;/);
  expect(picture).not.toContain("<path");
});

it("numbers stand on an axis of numbers, and lines join them", () => {
  const picture = drawn([1, 5, 20].map((steps) => ({"plan.training.localSteps": steps})));
  for (const value of [1, 5, 20])
    expect(picture).toContain(`text-anchor="middle" font-size="12" fill="var(--muted)">${value}</text>`);
  expect(picture).toContain("<path");
});

it("several swept keys are named together, in the picture and in the table", () => {
  const points = [1, 2].flatMap((steps) =>
    ["none", "scaffold"].map((driftCorrection) => ({
      "plan.training.localSteps": steps,
      "plan.training.driftCorrection": driftCorrection,
    })),
  );
  expect(drawn(points)).toContain(">2 \u00b7 scaffold</text>");
  const page = reportHtml(studyFixture({points, seeds: 2, rounds: 1}));
  expect(page).toContain('<th scope="row" class="text">2</th><td class="text">scaffold</td>');
});

it("no axis leaves what is possible, however far apart few seeds are", () => {
  const study = studyFixture({points: [{"plan.rounds": 1}, {"plan.rounds": 2}], seeds: 2, rounds: 1});
  const results = study.results.map((row) => ({...row, value: row.seed === 42 ? 0.02 : 0.99}));
  const rounds = study.rounds.map((row) => ({...row, value: row.seed === 42 ? 0.02 : 0.99}));
  const page = reportHtml({...study, results, rounds});
  const svgs = page.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
  const axes = svgs.filter((svg) => /AUROC (by round|on)/.test(svg));
  expect(axes.length).toBeGreaterThan(2);
  for (const svg of axes) {
    const ticks = [...svg.matchAll(/fill="var\(--muted\)">([\u2212\d.]+)<\/text>/g)].map(([, text = ""]) =>
      Number(text.replace("\u2212", "-")),
    );
    expect(ticks.filter((tick) => tick < 0)).toEqual([]);
    expect(ticks.filter((tick) => tick > 1 && !Number.isInteger(tick))).toEqual([]);
  }
});

it("claims no interval from one seed", () => {
  const page = reportHtml(studyFixture({points: [{"plan.rounds": 1}, {"plan.rounds": 2}], seeds: 1}));
  expect(page).not.toMatch(/t-interval[^<]*1 seed\b|1 seed with 95 %/);
});

it("the numbers of the picture are those of the results", () => {
  const study = studyFixture({points: [{"plan.rounds": 1}, {"plan.rounds": 2}], seeds: 3, rounds: 1});
  const [, ...lines] = pictureCsv(sweepPicture(study)).trim().split("\n");
  const own = study.results.filter(
    ({method, test, metric, point}) =>
      method === "Gossip" && test === "Pooled Test" && metric === "auroc" && point["plan.rounds"] === 2,
  );
  const values = own.map(({value}) => value ?? Number.NaN);
  const cells = lines.find((line) => line.startsWith("2,Gossip,"))?.split(",") ?? [];
  expect(Number(cells[2])).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 3, 12);
  expect(cells.slice(5)).toEqual([String(own[0]?.n), "3", values.join(" ")]);
});
