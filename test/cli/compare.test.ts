import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, expect, it, vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {exitStatusOf} from "../../src/cli/exit-status.ts";
import {runProgram} from "../../src/cli/program.ts";
import {errorLine} from "../../src/core/index.ts";
import {studyFiles} from "../../src/report/index.ts";
import type {StudyResults} from "../../src/study/index.ts";
import {studyFixture} from "../simulation/report/study-fixture.ts";

const commands = await loadCommands([]);

let output = "";
let root = "";

beforeEach(async () => {
  output = "";
  root = await mkdtemp(join(tmpdir(), "consilium-compare-"));
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    output += `${text}\n`;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, {recursive: true});
});

async function folderOf(name: string, study: StudyResults): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  await writeFile(join(folder, "summary.json"), studyFiles(study).get("summary.json") ?? "");
  return folder;
}

function raised(study: StudyResults, by: number): StudyResults {
  return {
    ...study,
    isComplete: false,
    results: study.results.map((row) => ({...row, value: row.value === null ? null : row.value + by})),
  };
}

it("prints what was set differently, and figures of the first metric seed by seed", async () => {
  const study = studyFixture({rounds: 1, sites: ["A", "B"], metrics: ["auroc", "brier"]});
  const first = await folderOf("one", study);
  const {plan} = study.experiment;
  const experiment = {...study.experiment, plan: {...plan, rounds: 20}};
  const second = await folderOf("two", {...raised(study, 0.005), experiment});
  expect(await runProgram(["compare", first, second], commands, "1.2.3")).toBe(0);
  expect(output).toMatch(/^A: .* \(5 seeds, SYNTHETIC data\)\nB: .* \(5 seeds, SYNTHETIC data, PARTIAL\)\n/);
  expect(output).toMatch(/Settings that differ\n {2}key +A +B\n {2}plan\.rounds +2 +20\n/);
  expect(output).toMatch(
    /\nGossip +Pooled Test +AUROC +5 +0\.\d{3} +0\.\d{3} +\+0\.005 +\+0\.005 to \+0\.005\n/,
  );
  expect(output).not.toContain("Brier");
  expect(output).toContain("(32 figures by other metrics; --all shows them)");
  expect(output).toMatch(/Final states agree: 5 of 5 in common are equal, bit by bit\n$/);
});

it("says so where all settings are the same, and shows all metrics when asked", async () => {
  const study = studyFixture({
    rounds: 1,
    sites: ["A", "B"],
    metrics: ["auroc", "brier"],
    points: [{"plan.rounds": 1}, {"plan.rounds": 2}],
  });
  const [first, second] = [await folderOf("one", study), await folderOf("two", study)];
  expect(await runProgram(["compare", first, second, "--all"], commands, "1.2.3")).toBe(0);
  expect(output).toContain("Settings: the same");
  expect(output).toMatch(
    /\nD-PSGD ring +External YCR +Brier score +plan\.rounds = 2 +5 .* 0\.000 +0\.000 to 0\.000\n/,
  );
  expect(output).not.toContain("--all");
});

it("says whether the final states agree, differ, or cannot be compared", async () => {
  const study = studyFixture({seeds: 1, rounds: 1});
  const ending = (seed: number, digit: string): Promise<string> =>
    folderOf(`${seed}${digit}`, {...study, states: [{point: {}, seed, sha256: digit.repeat(64)}]});
  const first = await ending(42, "a");
  const lastLine = async (second: string): Promise<string | undefined> => {
    expect(await runProgram(["compare", first, second], commands, "1.2.3")).toBe(0);
    return output.trimEnd().split("\n").at(-1);
  };
  expect(await lastLine(first)).toBe("Final states agree: 1 of 1 in common are equal, bit by bit");
  expect(await lastLine(await ending(42, "b"))).toBe(
    "Final states differ: 0 of 1 in common are equal, bit by bit",
  );
  expect(await lastLine(await ending(43, "a"))).toBe("Final states: the studies have none in common");
});

it("gives all of it as JSON", async () => {
  const study = studyFixture({seeds: 1, rounds: 1});
  const folder = await folderOf("one", study);
  expect(await runProgram(["compare", folder, folder, "--json"], commands, "1.2.3")).toBe(0);
  expect(JSON.parse(output)).toMatchObject({
    formatVersion: 1,
    settings: [],
    figures: expect.arrayContaining([
      expect.objectContaining({method: "Gossip", difference: 0, seeds: [42]}),
    ]),
    states: "agrees",
    equalStates: 1,
    commonStates: 1,
  });
});

it("a folder without a study, and one with a torn summary, end in one line with their own status", async () => {
  const good = await folderOf("good", studyFixture({seeds: 1, rounds: 1}));
  const torn = await folderOf("torn", studyFixture({seeds: 1, rounds: 1}));
  await writeFile(join(torn, "summary.json"), '{"formatVersion": 1,');
  const refusal = async (...words: readonly string[]): Promise<[number, string]> => {
    const error: unknown = await runProgram(["compare", ...words], commands, "1.2.3").catch(
      (fault: unknown) => fault,
    );
    return [exitStatusOf(error), errorLine(error)];
  };
  const missing = await refusal(good, join(root, "nowhere"));
  expect(missing).toEqual([
    66,
    expect.stringMatching(/^CLI_INPUT_UNREADABLE: .*summary\.json \(ENOENT\)\. Check/),
  ]);
  const broken = await refusal(torn, good);
  expect(broken).toEqual([
    65,
    expect.stringMatching(/^SIMULATION_SUMMARY_INVALID: .*torn.summary\.json: is not JSON/),
  ]);
});
