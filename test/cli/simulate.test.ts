import {execFile} from "node:child_process";
import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import path, {join} from "node:path";
import {setTimeout as nextTurn} from "node:timers/promises";
import {promisify} from "node:util";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {stringify} from "yaml";
import {writeNew, writeWhole} from "../../src/cli/output-file.ts";
import {openStudyFolder} from "../../src/cli/simulate/study-folder.ts";
import {parseSummary, simulate, type TrialResult} from "../../src/simulation/index.ts";
import {tinyExperiment} from "../simulation/study/tiny-experiment.ts";
import {startProgram} from "./process.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-simulate-"));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

/** Looks again and again, as long as the test lasts. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn(10);
}

async function experimentFile(changes: Readonly<Record<string, unknown>>): Promise<string> {
  const file = join(folder, "tiny.yaml");
  await writeFile(file, stringify(tinyExperiment(changes)));
  return file;
}

describe("consilium simulate", {timeout: 120_000}, () => {
  it("writes a folder of results, the same ones with one thread and with two", async () => {
    const file = await experimentFile({baselines: ["local", "pooled", "ring"], repeats: 2});
    const outs = ["one", "two"].map((name) => join(folder, name));
    for (const [index, out] of outs.entries()) {
      const words = ["simulate", file, "--out", out, "--threads", String(index + 1)];
      const {status, stdout, stderr} = await startProgram(words).ended;
      expect([status, stderr.includes("Error")]).toEqual([0, false]);
      expect(stdout).toContain("Three invented hospitals (SYNTHETIC data)");
      expect(stdout).toContain("Gossip compared, 95 % intervals over patients and seeds:");
    }
    const [one = "", two = ""] = outs;
    const names = await readdir(one);
    expect(names).toEqual(
      expect.arrayContaining([
        "config.resolved.json",
        "environment.json",
        "report.html",
        "results.csv",
        "rounds.csv",
        "summary.json",
        "trials",
      ]),
    );
    for (const name of ["results.csv", "rounds.csv", "config.resolved.json"]) {
      expect(await readFile(join(two, name), "utf8")).toBe(await readFile(join(one, name), "utf8"));
    }
    // Scores of single patients are the researcher's own.
    expect((await stat(join(one, "trials", "0000.json"))).mode & 0o777).toBe(0o600);
  });

  it("on Ctrl-C leaves whole results of the trials that ended; --resume goes on to the same end", async () => {
    const file = await experimentFile({baselines: [], repeats: 12});
    const out = join(folder, "out");
    const running = startProgram(["simulate", file, "--out", out]);
    await running.line(/trial \d+ of 12/);
    await until(() => existsSync(join(out, "trials", "0001.json")));
    running.child.kill("SIGINT");
    const {status, stderr} = await running.ended;
    expect(status).toBe(130);
    expect(stderr).toMatch(/Interrupted; \d+ of 12 trials are in .*\. Go on with --resume\.\n$/);
    const partial = parseSummary(await readFile(join(out, "summary.json"), "utf8"), "summary.json");
    expect(partial.isComplete).toBe(false);
    expect(partial.seeds.length).toBe((await readdir(join(out, "trials"))).length);
    const again = await startProgram(["simulate", file, "--out", out]).ended;
    expect([again.status, again.stderr.split(":")[0]]).toEqual([65, "CLI_RESULTS_EXIST"]);
    const resumed = await startProgram(["simulate", file, "--out", out, "--resume"]).ended;
    expect(resumed.status).toBe(0);
    const whole = await simulate(tinyExperiment({baselines: [], repeats: 12}), {
      folder,
      threads: 0,
      backend: "wasm",
    });
    const {results, states, isComplete} = parseSummary(
      await readFile(join(out, "summary.json"), "utf8"),
      "s",
    );
    expect([isComplete, results, states]).toEqual([true, whole.results, whole.states]);
  });

  it("tells what is wrong with an experiment in one line: where, and how to mend it", async () => {
    const file = join(folder, "wrong.yaml");
    const text = stringify(tinyExperiment({})).replace("repeats:", "repeat:");
    await writeFile(file, text);
    const line = 1 + text.split("\n").findIndex((row) => row.startsWith("repeat:"));
    const {status, stderr} = await startProgram(["simulate", file]).ended;
    expect(status).toBe(78);
    expect(stderr).toBe(
      `CONFIG_EXPERIMENT_INVALID: ${file}:${line}:1: unknown key "repeat". Did you mean "repeats"?\n`,
    );
    const missing = await startProgram(["simulate", "saldanha2023"]).ended;
    expect([missing.status, missing.stderr]).toEqual([
      78,
      expect.stringContaining('there is no experiment "saldanha2023". Did you mean "saldanha2022"?'),
    ]);
  });
});

describe("what is asked on the command line", {timeout: 120_000}, () => {
  it.each([
    [
      ["--engine", "fast"],
      {churn: {onlineProb: 0.9, meanOfflineSeconds: 1}, engine: "full"},
      "churn: goes with engine: full only",
    ],
    [["--repeats", "0"], {}, "repeats: "],
    [["--seed", "-1"], {}, "seed: "],
  ])(
    "%j is held against the experiment's schema, and leaves nothing behind",
    async (flags, changes, what) => {
      const file = await experimentFile(changes);
      const out = join(folder, "out");
      const {status, stderr} = await startProgram(["simulate", file, "--out", out, ...flags]).ended;
      expect(status).toBe(78);
      expect(stderr).toContain(`CONFIG_EXPERIMENT_INVALID: experiment tiny: ${what}`);
      expect(stderr.trim().split("\n").length).toBe(1);
      expect(existsSync(out)).toBe(false);
    },
  );

  it("writes no preset over a file, and tells where it can not write", async () => {
    await writeNew(join(folder, "churn.yaml"), "mine");
    await expect(writeNew(join(folder, "churn.yaml"), "theirs")).rejects.toMatchObject({
      code: "CLI_OUTPUT_EXISTS",
    });
    expect(await readFile(join(folder, "churn.yaml"), "utf8")).toBe("mine");
    const below = join(folder, "churn.yaml", "results.csv");
    await expect(writeWhole(below, "x")).rejects.toMatchObject({code: "CLI_OUTPUT_UNWRITABLE"});
  });
});

describe("the example of the API", {timeout: 120_000}, () => {
  it("runs as it stands in the documents", async () => {
    const example = path.resolve(import.meta.dirname, "../../docs/examples/simulate.mjs");
    const {stdout} = await promisify(execFile)(process.execPath, [example]);
    expect(stdout).toMatch(/^seed 42  Gossip {13}AUROC 0\.\d{3}$/m);
    expect(stdout).toMatch(/^gossip less Pooled Training: -?0\.\d{3} \[-?\d\.\d{3}, -?\d\.\d{3}\]$/m);
  });
});

describe("a folder of results", () => {
  const KEYS = {point: {}, seed: 42, method: "Gossip"};
  const TRIAL: TrialResult = {
    point: {},
    seed: 42,
    results: [
      {
        ...KEYS,
        test: "leeds",
        metric: "auroc",
        value: 1,
        low: null,
        high: null,
        n: 2,
        status: "finished",
        divergedAt: null,
      },
    ],
    rounds: [{...KEYS, round: 0, seconds: 1, bytes: 9, absent: [], consensusDistance: 0, value: null}],
    scores: [
      {
        method: "Gossip",
        groups: [{test: "leeds", isSite: true, patients: "ab", labels: [0, 1], scores: [0.1, 0.9]}],
      },
    ],
    stateHash: "a7".repeat(32),
  };

  it("gives back to --resume what was kept, of the same experiment alone", async () => {
    const experiment = tinyExperiment({});
    const out = join(folder, "out");
    await (await openStudyFolder(out, experiment, false)).keep(TRIAL);
    expect((await openStudyFolder(out, experiment, true)).earlier).toEqual([TRIAL]);
    await expect(openStudyFolder(out, {...experiment, seed: 7}, true)).rejects.toMatchObject({
      code: "CLI_RESULTS_FOREIGN",
    });
  });

  const [ROW] = TRIAL.results;
  const [SCORED] = TRIAL.scores;
  const {stateHash: _, ...HASHLESS} = TRIAL;
  it.each([
    ["torn off", '{"point": {', ":1:12: is not JSON"],
    ["empty", "", ":1:1: is not JSON"],
    ["no object", "[]", ": Invalid input"],
    ["without a key", JSON.stringify(HASHLESS), ": stateHash: "],
    ["with a key too many", JSON.stringify({...TRIAL, extra: 1}), ": Unrecognized key"],
    ["of a wrong kind", JSON.stringify({...TRIAL, seed: "42"}), ": seed: "],
    [
      "of a value out of range",
      JSON.stringify({...TRIAL, rounds: [{...TRIAL.rounds[0], seconds: -1}]}),
      ": rounds.0.seconds: ",
    ],
    [
      "with rows of another seed",
      JSON.stringify({...TRIAL, results: [{...ROW, seed: 43}]}),
      ": results.0: is of another point or seed",
    ],
    [
      "with a figure of what diverged",
      JSON.stringify({...TRIAL, results: [{...ROW, status: "diverged"}], scores: [{...SCORED, groups: []}]}),
      ": results.0.value: ",
    ],
    ["without scores", JSON.stringify({...TRIAL, scores: []}), ": scores: has not the methods"],
    [
      "without a group",
      JSON.stringify({...TRIAL, scores: [{...SCORED, groups: []}]}),
      ": scores.0.groups: are not those",
    ],
    [
      "without a patient's score",
      JSON.stringify({...TRIAL, scores: [{...SCORED, groups: [{...SCORED?.groups[0], scores: [0.1]}]}]}),
      ": scores.0.groups.0: has not one label and one score for each of 2 patients",
    ],
  ])("refuses a trial that is %s, and says where", async (_what, text, where) => {
    const out = join(folder, "out");
    const file = join(out, "trials", "0000.json");
    await (await openStudyFolder(out, tinyExperiment({}), false)).keep(TRIAL);
    await writeFile(file, text);
    await expect(openStudyFolder(out, tinyExperiment({}), true)).rejects.toMatchObject({
      code: "SIMULATION_TRIAL_INVALID",
      message: expect.stringContaining(`${file}${where}`),
      hint: expect.stringContaining("Remove the file"),
    });
    // It is left as it is, for whoever wants to look.
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("refuses a trial of another experiment's seed", async () => {
    const out = join(folder, "out");
    await (await openStudyFolder(out, tinyExperiment({}), false)).keep({
      ...JSON.parse(JSON.stringify(TRIAL).replaceAll('"seed":42', '"seed":7')),
    });
    await expect(openStudyFolder(out, tinyExperiment({}), true)).rejects.toMatchObject({
      code: "CLI_RESULTS_FOREIGN",
    });
  });

  it("writes over no trial where an earlier one was removed", async () => {
    const out = join(folder, "out");
    const experiment = tinyExperiment({repeats: 3});
    const trialOf = (seed: number): TrialResult =>
      JSON.parse(JSON.stringify(TRIAL).replaceAll('"seed":42', `"seed":${seed}`));
    const first = await openStudyFolder(out, experiment, false);
    for (const seed of [42, 43]) await first.keep(trialOf(seed));
    await rm(join(out, "trials", "0000.json"));
    const second = await openStudyFolder(out, experiment, true);
    expect(second.earlier).toEqual([trialOf(43)]);
    for (const seed of [42, 44]) await second.keep(trialOf(seed));
    const {earlier} = await openStudyFolder(out, experiment, true);
    expect(earlier).toEqual([43, 42, 44].map(trialOf));
  });
});
