import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {stringify} from "yaml";
import {findBrowser, writePngs} from "../../src/cli/simulate/png-files.ts";
import {studyFiles} from "../../src/simulation/index.ts";
import {findChromium} from "../simulation/report/chromium.ts";
import {studyFixture} from "../simulation/report/study-fixture.ts";
import {tinyExperiment} from "../simulation/study/tiny-experiment.ts";
import {startProgram} from "./process.ts";

const chromium = findChromium();
if (chromium === undefined) console.log("skipped: no Chromium on this machine; no PNG is drawn with it");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-png-test-"));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

describe("simulate --png", {timeout: 120_000}, () => {
  it("says what is missing where there is no browser, before anything is run", async () => {
    await expect(findBrowser({PATH: folder})).rejects.toMatchObject({
      code: "CLI_BROWSER_MISSING",
      message: "no Chromium or Chrome is in PATH, which --png draws with",
    });
    const file = join(folder, "tiny.yaml");
    await writeFile(file, stringify(tinyExperiment()));
    const out = join(folder, "out");
    const env = {CHROMIUM: join(folder, "nothing")};
    const {status, stderr} = await startProgram(["simulate", file, "--out", out, "--png"], env).ended;
    expect(status).toBe(69);
    expect(stderr).toMatch(
      /^CLI_BROWSER_MISSING: CHROMIUM=\S+nothing is no program, which --png draws with\. .*\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("says so where the browser draws nothing", async () => {
    const svg = join(folder, "a.svg");
    await writeFile(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(writePngs(process.execPath, [svg])).rejects.toMatchObject({code: "CLI_BROWSER_FAILED"});
    expect(await readdir(folder)).toEqual(["a.svg"]);
  });

  it.skipIf(chromium === undefined)("draws every picture twice as fine as its SVG", async () => {
    const files = [...studyFiles(studyFixture({isRing: true}))].filter(([name]) => name.endsWith(".svg"));
    const paths = files.map(([name]) => join(folder, name));
    for (const [place, [, svg]] of files.entries()) await writeFile(paths[place] ?? "", svg);
    await writePngs(await findBrowser(process.env), paths);
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const [place, [, svg]] of files.entries()) {
      const png = await readFile((paths[place] ?? "").replace(/svg$/, "png"));
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
      expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * Number(width), 2 * Number(height)]);
      // An empty sheet of that size takes some 5 kB.
      expect(png.length).toBeGreaterThan(10_000);
    }
  });
});
