import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {pathToFileURL} from "node:url";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {loadExperiment} from "../../../src/config/index.ts";
import {reportHtml} from "../../../src/report/report-html.ts";
import {simulate} from "../../../src/study/index.ts";
import type {StudyResults} from "../../../src/study/results.ts";
import {type BrowserEvent, findChromium, openPage, type Page} from "./chromium.ts";
import {withLongGraph} from "./fixture-changes.ts";
import {SCREENSHOTS, writePicture} from "./picture.ts";
import {studyFixture} from "./study-fixture.ts";

const chromium = findChromium();
if (chromium === undefined)
  console.log("skipped: no Chromium on this machine; the report is not opened in it");

const POINTS = [25, 50, "all"].map((patients) => ({"data.patientsPerSite": patients}));
const STUDIES = {
  "one group": studyFixture(),
  "a ring of sixteen": studyFixture({
    isRing: true,
    sites: Array.from({length: 16}, (_, place) => `site-${place}`),
  }),
  "a sweep": studyFixture({points: POINTS, metrics: ["brier", "c-index"]}),
  "long names": studyFixture({
    isRing: true,
    sites: [
      "Universitaetsklinikum-Carl-Gustav-Carus-Dresden-Haus-XIV-Nord-1",
      "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
      "north-of-the-river",
    ],
  }),
  "a graph with a long name": withLongGraph(studyFixture({divergedSeeds: 0, seeds: 3})),
  "a network that diverged at some seeds": studyFixture({divergedSeeds: 2}),
  "a network that diverged at all seeds": studyFixture({divergedSeeds: 5}),
  "one seed": studyFixture({seeds: 1, sites: ["A", "B"], isSynthetic: false}),
};

let folder = "";
let page: Page;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-report-"));
  if (chromium === undefined) return;
  page = await openPage(chromium);
  for (const domain of ["Log", "Runtime", "Network", "Page"]) await page.send(`${domain}.enable`);
});
afterAll(async () => {
  if (chromium !== undefined) await page.close();
  await rm(folder, {recursive: true});
});

const SIZES = {desk: {width: 1200, height: 900}, phone: {width: 360, height: 740}};

/** How far the page is wider than the window, and words that are drawn outside of their picture, by title. */
const FAULTS = `(() => {
  const beyond = [...document.querySelectorAll("svg")].filter((svg) => svg.getClientRects().length > 0).flatMap((svg) => {
    const frame = svg.getBoundingClientRect();
    return [...svg.querySelectorAll("text")].filter((text) => {
      const box = text.getBoundingClientRect();
      return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    }).map((text) => svg.querySelector("title").textContent + ": " + text.textContent);
  });
  const covered = [...document.querySelectorAll("svg")].filter((svg) => svg.getClientRects().length > 0).flatMap((svg) => {
    const texts = [...svg.querySelectorAll("text:not([aria-hidden])")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    return texts.flatMap(([one, a], place) => texts.slice(place + 1).filter(([, b]) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4,
    ).map(([other]) => svg.querySelector("title").textContent + ": " + one + " / " + other));
  });
  const ids = [...document.querySelectorAll("[id]")].map(({id}) => id);
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    beyond,
    covered,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    pictures: [...document.querySelectorAll("svg")].filter((svg) => svg.getClientRects().length > 0).length,
  };
})()`;

/** Opens the report of a study, and gives what the page told since. */
async function show(name: string, study: StudyResults): Promise<() => readonly BrowserEvent[]> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, reportHtml(study));
  await page.send("Emulation.clearDeviceMetricsOverride");
  const before = page.events.length;
  await page.send("Page.navigate", {url: pathToFileURL(file).href});
  await page.event("Page.loadEventFired", before);
  return () => page.events.slice(before);
}

describe.skipIf(chromium === undefined)("in headless Chromium", () => {
  for (const name of Object.keys(STUDIES) as (keyof typeof STUDIES)[]) {
    test(`the report of ${name} opens offline, without a word on the console, and fits desk and phone`, async () => {
      const events = await show(name, STUDIES[name]);
      const told = events().filter(({method}) =>
        ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"].includes(method),
      );
      expect(told).toEqual([]);
      const asked = events()
        .filter(({method}) => method === "Network.requestWillBeSent")
        .map(({params}) => String(Reflect.get(Object(params["request"]), "url")))
        .filter((url) => !url.startsWith("data:"));
      expect(asked).toHaveLength(1);
      for (const size of Object.values(SIZES)) {
        await page.send("Emulation.setDeviceMetricsOverride", {...size, deviceScaleFactor: 1, mobile: false});
        const found = await page.evaluate(FAULTS);
        expect(found).toMatchObject({overflow: 0, beyond: [], covered: [], twice: []});
        expect(Reflect.get(Object(found), "pictures")).toBeGreaterThanOrEqual(
          // Where the network has no model at some seed, neither differences nor what sites gain are drawn.
          name.startsWith("a network that diverged") ? 3 : 4,
        );
      }
    });
  }

  test.skipIf(SCREENSHOTS === undefined)(
    "the report of a bundled experiment, as it is pictured in the README",
    async () => {
      const {experiment, file} = await loadExperiment("csv-sites");
      await show(
        "pictured",
        await simulate(experiment, {folder: dirname(file), threads: 0, backend: "wasm"}),
      );
      expect(await writePicture(page, {name: "report", width: 960, height: 1000})).toBeLessThan(150_000);
    },
    600_000,
  );
});
