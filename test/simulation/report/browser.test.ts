import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {pathToFileURL} from "node:url";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {reportHtml} from "../../../src/simulation/report/report-html.ts";
import {findChromium, openPage, type Page} from "./chromium.ts";
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
  "a network that diverged at some seeds": studyFixture({divergedSeeds: 2}),
  "a network that diverged at all seeds": studyFixture({divergedSeeds: 5}),
  "one seed": studyFixture({seeds: 1, sites: ["A", "B"], isSynthetic: false}),
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-report-"));
});
afterAll(() => rm(folder, {recursive: true}));

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
  const ids = [...document.querySelectorAll("[id]")].map(({id}) => id);
  return {
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    beyond,
    twice: ids.filter((id, place) => ids.indexOf(id) !== place),
    pictures: [...document.querySelectorAll("svg")].filter((svg) => svg.getClientRects().length > 0).length,
  };
})()`;

async function show(page: Page, name: keyof typeof STUDIES): Promise<void> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, reportHtml(STUDIES[name]));
  for (const domain of ["Log", "Runtime", "Network", "Page"]) await page.send(`${domain}.enable`);
  await page.send("Page.navigate", {url: pathToFileURL(file).href});
  await page.event("Page.loadEventFired");
}

describe.skipIf(chromium === undefined)("in headless Chromium", () => {
  for (const name of Object.keys(STUDIES) as (keyof typeof STUDIES)[]) {
    test(`the report of ${name} opens offline, without a word on the console, and fits desk and phone`, async () => {
      const page = await openPage(chromium ?? "");
      try {
        await show(page, name);
        const told = page.events.filter(({method}) =>
          ["Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"].includes(method),
        );
        expect(told).toEqual([]);
        const asked = page.events
          .filter(({method}) => method === "Network.requestWillBeSent")
          .map(({params}) => String(Reflect.get(Object(params["request"]), "url")))
          .filter((url) => !url.startsWith("data:"));
        expect(asked).toHaveLength(1);
        for (const size of Object.values(SIZES)) {
          await page.send("Emulation.setDeviceMetricsOverride", {
            ...size,
            deviceScaleFactor: 1,
            mobile: false,
          });
          const found = await page.evaluate(FAULTS);
          expect(found).toMatchObject({overflow: 0, beyond: [], twice: []});
          expect(Reflect.get(Object(found), "pictures")).toBeGreaterThanOrEqual(
            // Without a difference at any seed there is no picture of differences, nor of what sites gain.
            name === "a network that diverged at all seeds" ? 2 : 4,
          );
        }
      } finally {
        await page.close();
      }
    });
  }
});
