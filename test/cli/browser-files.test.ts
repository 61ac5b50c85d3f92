import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {stringify} from "yaml";
import {findBrowser, writePdfs, writePngs} from "../../src/cli/simulate/browser-files.ts";
import {studyFiles} from "../../src/report/index.ts";
import {findChromium} from "../simulation/report/chromium.ts";
import {studyFixture} from "../simulation/report/study-fixture.ts";
import {tinyExperiment} from "../simulation/study/tiny-experiment.ts";
import {startProgram} from "./process.ts";

const chromium = findChromium();
if (chromium === undefined) console.log("skipped: no Chromium on this machine; nothing is drawn with it");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-png-test-"));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

const sizesIn = (pattern: RegExp, text: string): number[] => pattern.exec(text)?.slice(1).map(Number) ?? [];

describe("simulate --png and --pdf", {timeout: 120_000}, () => {
  it("says what is missing where there is no browser, before anything is run", async () => {
    await expect(findBrowser({PATH: folder})).rejects.toMatchObject({
      code: "CLI_BROWSER_MISSING",
      message: "no Chromium or Chrome is in PATH, which --png and --pdf draw with",
    });
    const file = join(folder, "tiny.yaml");
    await writeFile(file, stringify(tinyExperiment()));
    const out = join(folder, "out");
    const env = {CHROMIUM: join(folder, "nothing")};
    const {status, stderr} = await startProgram(["simulate", file, "--out", out, "--png"], env).ended;
    expect(status).toBe(69);
    expect(stderr).toMatch(
      /^CLI_BROWSER_MISSING: CHROMIUM=\S+nothing is no program, which --png and --pdf draw with\. .*\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("says so where the browser draws nothing", async () => {
    const svg = join(folder, "a.svg");
    await writeFile(svg, '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(writePngs(process.execPath, [svg])).rejects.toMatchObject({code: "CLI_BROWSER_FAILED"});
    expect(await readdir(folder)).toEqual(["a.svg"]);
  });

  it.skipIf(chromium === undefined)(
    "prints a picture on one sheet of its size, as lines and letters",
    async () => {
      const files = studyFiles(studyFixture({seeds: 2, rounds: 3}));
      for (const name of ["curves.svg", "report.html"])
        await writeFile(join(folder, name), files.get(name) ?? "");
      const svg = files.get("curves.svg") ?? "";
      await writePdfs(
        await findBrowser(process.env),
        [join(folder, "curves.svg")],
        join(folder, "report.html"),
      );
      const pdf = (await readFile(join(folder, "curves.pdf"))).toString("latin1");
      expect(pdf.startsWith("%PDF-")).toBe(true);
      expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
      const [width = 0, height = 0] = sizesIn(/viewBox="0 0 (\d+) (\d+)"/, svg);
      const [wide = 0, high = 0] = sizesIn(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/, pdf);
      // CSS has 96 pixels to 72 points.
      expect(Math.abs(wide - 0.75 * width)).toBeLessThan(1);
      expect(Math.abs(high - 0.75 * (height + 1))).toBeLessThan(1);
      // A font of its own, and no picture of dots.
      expect(pdf).toContain("/FontFile2");
      expect(pdf).not.toContain("/Subtype /Image");
      expect((await readFile(join(folder, "report.pdf"))).subarray(0, 5).toString()).toBe("%PDF-");
    },
  );

  it.skipIf(chromium === undefined)("draws pictures of every size twice as fine as their SVG", async () => {
    const all = [...studyFiles(studyFixture({isRing: true}))].filter(([name]) => name.endsWith(".svg"));
    expect(all.length).toBeGreaterThanOrEqual(5);
    const sizeOf = ([, svg]: readonly [string, string]): string => /viewBox="([^"]*)"/.exec(svg)?.[1] ?? "";
    const files = [...new Map(all.map((file) => [sizeOf(file), file])).values()];
    const paths = files.map(([name]) => join(folder, name));
    for (const [place, [, svg]] of files.entries()) await writeFile(paths[place] ?? "", svg);
    await writePngs(await findBrowser(process.env), paths);
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
