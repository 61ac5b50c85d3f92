import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {parse} from "yaml";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {runProgram} from "../../src/cli/program.ts";
import {errorLine} from "../../src/core/index.ts";
import {taskIdentity} from "../../src/data/index.ts";
import {featuresText, type SlideFolder, slideOf, slidesWith} from "../data/slides.ts";
import {taskWith, thrownBy} from "../data/workspace.ts";

const commands = await loadCommands([]);

const PATIENTS = 24;
const CANARY = "4711";

let output = "";
beforeEach(() => {
  output = "";
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    output += `${text}\n`;
  });
});
afterEach(() => void vi.restoreAllMocks());

/** 24 patients, every third positive, one slide each; the number of tiles of a patient is `tilesOf(isPositive)`. */
function cohort(tilesOf: (isPositive: boolean, patient: number) => number): SlideFolder {
  const numbers = Array.from({length: PATIENTS}, (_, patient) => patient);
  const clini = numbers.map((patient) => `${CANARY}-${patient},${patient % 3 === 0 ? "MSIH" : "nonMSIH"}`);
  const slides = numbers.map((patient) => `${CANARY}-${patient},${CANARY}-${patient}-DX.h5`);
  return {
    files: {
      "clini.csv": ["PATIENT,isMSIH", ...clini, `${CANARY}-x,NA`, `${CANARY}-y,MSIH`].join("\n"),
      "slides.csv": ["PATIENT,FILENAME", ...slides, `${CANARY}-z,${CANARY}-z.h5`].join("\n"),
    },
    slides: Object.fromEntries(
      numbers.map((patient) => [
        `${CANARY}-${patient}-DX.h5`,
        slideOf(tilesOf(patient % 3 === 0, patient), patient * 20),
      ]),
    ),
  };
}

async function check(folder: SlideFolder) {
  const located = await slidesWith(folder);
  const path = join(located.folder, "msi.task.yaml");
  const run = (): Promise<number> =>
    runProgram(["data", "check", "--task", path, "--site", located.site], commands, "1.2.3");
  return {located, run};
}

describe("consilium data check of survival", () => {
  it("says that there are times, in which unit, and what positive means", async () => {
    const rows = Array.from({length: 30}, (_, row) => `p${row},${row + 20},f,1,${row % 2},${row}`);
    const {folder} = await taskWith(
      {"alpha.csv": ["id,age,sex,grade,stroke,days", ...rows].join("\n")},
      {label: "{column: stroke, positive: [1], negative: [0], time: {column: days, unit: days}}"},
    );
    const path = join(folder, "stroke.task.yaml");
    expect(await runProgram(["data", "check", "--task", path, "--site", "alpha"], commands, "1.2.3")).toBe(0);
    expect(output).toMatch(/^survival +time in days; positive: the event was seen, negative: it was not$/m);
    expect(output).toMatch(/^train +10-19 +1-9 +1-9$/m);
  });
});

describe("consilium data check of slides", () => {
  it("tells in ranges what is there, what was left out, and the contract that a plan takes", async () => {
    const {located, run} = await check(cohort((_, patient) => 4 + (patient % 2)));
    expect(await run()).toBe(0);
    expect(output).toMatch(/^extractor +invented \(as the files say\)$/m);
    expect(output).toMatch(/^features +4 a tile; size of a tile: 256 um, 224 px$/m);
    expect(output).toMatch(/^tiles +100-199, of which 100-199 are used: at most 16 a patient$/m);
    expect(output).toMatch(/^slides +20-49, no file missing, none listed twice$/m);
    expect(output).toMatch(
      /^left out +1-9 patients without a label, 1-9 patients without a slide, 1-9 slides/m,
    );
    expect(output).toMatch(/^train +10-19 +1-9 +1-9$/m);
    expect(output).toMatch(/^leakage +no patient is in two parts .*; no two patients share a row/m);
    expect(output).toContain("note: fewer than 10 train patients of a class");
    expect(output).not.toContain("warning");
    expect(output, "no key of a patient and no name of a file").not.toContain(CANARY);
    const block: unknown = parse(output.slice(output.indexOf("\ntask:\n")));
    expect(block).toEqual({task: taskIdentity(located.task)});
  });

  it("warns where the number of tiles alone tells the label", async () => {
    const {run} = await check(cohort((isPositive) => (isPositive ? 9 : 3)));
    expect(await run()).toBe(0);
    expect(output).toMatch(/^warning: the number of a patient's tiles alone tells the label \(AUROC 1\.0\)/m);
  });

  it("counts patients that share tiles, and tells of sizes that the task leaves open", async () => {
    const folder = cohort(() => 4);
    const {run} = await check({
      ...folder,
      slides: {...folder.slides, [`${CANARY}-1-DX.h5`]: slideOf(4, 40)},
      changes: {features: featuresText({tileSizeUm: null, tileSizePx: null})},
    });
    expect(await run()).toBe(0);
    expect(output).toMatch(/; 1-9 patients share a row of features with another$/m);
    expect(output).toContain("note: the files say tileSizeUm: 256 and tileSizePx: 224; pin it in the task");
  });

  it("ends in one line at what a daemon would refuse", async () => {
    const folder = cohort(() => 4);
    const {run} = await check({
      ...folder,
      slides: {...folder.slides, [`${CANARY}-5-DX.h5`]: slideOf(4, 0, {extractor: "other"})},
    });
    const line = errorLine(await thrownBy(run));
    expect(line).toMatch(/^DATA_EXTRACTOR_DIFFERS: slides\.csv:7: /);
    expect(line + output).not.toContain(CANARY);
  });
});
