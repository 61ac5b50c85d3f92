import {expect, it} from "vitest";
import {WIDE} from "../../../src/report/charts/look.ts";
import {pictureCsv} from "../../../src/report/charts/picture.ts";
import {topologyPicture} from "../../../src/report/pictures.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import type {StudyResults} from "../../../src/study/results.ts";
import {topologyOf} from "../../../src/study/topology.ts";
import {tinyExperiment} from "../study/tiny-experiment.ts";
import {studyFixture} from "./study-fixture.ts";

const ASYNC = {
  mode: "async",
  exchange: "swap",
  partners: "random",
  units: 4,
  abandonSeconds: 60,
  codec: "fp16",
  robust: "none",
} as const;

function asynchronous(study: StudyResults, partners: unknown = "random"): StudyResults {
  const {plan} = tinyExperiment();
  const experiment = tinyExperiment({plan: {...plan, mixing: {...ASYNC, partners}}});
  const trainers = study.sites.filter(({role}) => role === "trainer").length;
  return {...study, experiment, topology: topologyOf(experiment.plan.mixing, trainers)};
}

/** The study with a network that made `passes` at the seeds. */
function networkMade(study: StudyResults, passes: number, seeds: readonly number[]): StudyResults {
  const work = study.work.map((row) =>
    row.method === "Gossip" && seeds.includes(row.seed) ? {...row, passes} : row,
  );
  return {...study, work, rounds: study.rounds.map((row) => ({...row, absent: []}))};
}

it("work is called equal where it is, whatever sites alone make of theirs", () => {
  const study = networkMade(studyFixture({seeds: 2}), 12.4, [42]);
  const work = study.work.map((row) => (row.method === "Local UKA" ? {...row, passes: 90} : row));
  expect(reportHtml({...study, work})).toContain("Equal work: at each seed every method");
});

it("work that differs is told with who made how much, and why", () => {
  const study = networkMade(studyFixture({seeds: 2}), 5, [42]);
  const told = reportHtml(study);
  expect(told).not.toContain("Equal work");
  expect(told).toContain(
    "FedAvg, FedProx, Swarm (HPE), D-PSGD ring and Pooled Training made 12.5 passes, the network 5.0.",
  );
  const rounds = study.rounds.map((row) =>
    row.method === "Gossip" && row.seed === 42 ? {...row, absent: ["UKA"]} : row,
  );
  expect(reportHtml({...study, rounds})).toContain("the network 5.0 (nodes of the network were absent)");
  const elsewhere = rounds.map((row) => ({...row, seed: row.seed === 42 ? 43 : 42}));
  expect(reportHtml({...study, rounds: elsewhere})).toContain("the network 5.0.");
  const stall = {round: 2, seconds: 9, reason: "nothing was decided"};
  const results = study.results.map((row) =>
    row.method === "Gossip" && row.seed === 42
      ? {...row, value: null, low: null, high: null, status: "stalled" as const, stall}
      : row,
  );
  expect(reportHtml({...study, results})).toContain("the network 5.0 (the network stalled)");
});

it("the codec is said to round the network alone, and units of an asynchronous plan are explained", () => {
  const study = studyFixture({seeds: 1});
  const page = reportHtml(study);
  expect(page).toContain("their figures are without the codec&#39;s loss");
  expect(page).not.toContain("sends its parameters in the network");
  expect(page).not.toContain("counts for less than one unit");
  expect(reportHtml(asynchronous(study))).toContain("counts for less than one unit");
});

it("links that change are said to be one draw, in words and in numbers; named edges are not", () => {
  const sites = Array.from({length: 6}, (_, place) => `s${place}`);
  const study = studyFixture({seeds: 1, sites});
  const random = topologyPicture(asynchronous(study));
  expect(random.caption.description).toContain("one draw of changing partners");
  const [, ...lines] = pictureCsv(random).trim().split("\n");
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/,changing: one draw$/);
  const edges = [0, 1, 2, 3, 4].map((place) => [place, place + 1]);
  const named = topologyPicture(asynchronous(study, {name: "edges", edges, steps: 1}));
  expect(named.caption.description).not.toContain("one draw");
  expect(pictureCsv(named)).toMatch(/,fixed\n$/);
});

it("a picture of the network's links says whose they are where methods have graphs of their own", () => {
  const study = studyFixture({seeds: 1});
  const whose = "D-PSGD ring mixes along a graph of its own, which is not drawn.";
  expect(topologyPicture(study).caption.description).toContain(whose);
  const results = study.results.filter(({method}) => method !== "D-PSGD ring");
  expect(topologyPicture({...study, results}).caption.description).not.toContain("own links");
});

it("links of many nodes are left out, and not drawn as one group of all", () => {
  const sites = Array.from({length: 65}, (_, place) => `s${place}`);
  const study = asynchronous(studyFixture({seeds: 1, rounds: 1, sites, metrics: ["auroc"]}));
  expect(topologyPicture(study).draw(WIDE)).toBeNull();
  const page = reportHtml(study);
  expect(page).toContain("65 nodes (random); its links are not told.");
  expect(page).not.toContain("One group of all");
});
