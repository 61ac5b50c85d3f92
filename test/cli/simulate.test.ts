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
import {parseSummary, simulate} from "../../src/study/index.ts";
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
    const file = await experimentFile({baselines: ["local", "pooled", "d-psgd"], repeats: 2});
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
    const file = await experimentFile({baselines: [], repeats: 6});
    const out = join(folder, "out");
    const running = startProgram(["simulate", file, "--out", out]);
    await running.line(/trial \d+ of 6/);
    await until(() => existsSync(join(out, "trials", "0000.json")));
    running.child.kill("SIGINT");
    const {status, stderr} = await running.ended;
    expect(status).toBe(130);
    expect(stderr).toMatch(/Interrupted; \d+ of 6 trials are in .*\. Go on with --resume\.\n$/);
    const partial = parseSummary(await readFile(join(out, "summary.json"), "utf8"), "summary.json");
    expect(partial.isComplete).toBe(false);
    expect(partial.seeds.length).toBe((await readdir(join(out, "trials"))).length);
    const again = await startProgram(["simulate", file, "--out", out]).ended;
    expect([again.status, again.stderr.split(":")[0]]).toEqual([65, "CLI_RESULTS_EXIST"]);
    const resumed = await startProgram(["simulate", file, "--out", out, "--resume"]).ended;
    expect(resumed.status).toBe(0);
    const whole = await simulate(tinyExperiment({baselines: [], repeats: 6}), {
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

  it("writes one preset, and tells of a second one", async () => {
    const {status, stdout, stderr} = await startProgram(["simulate", "--init", "churn", "extra"], {}, folder)
      .ended;
    expect([status, stdout, stderr]).toEqual([
      2,
      "",
      "CLI_USAGE: --init takes one preset, and extra is a second. Leave one of them out.\n",
    ]);
    expect(existsSync(join(folder, "churn.yaml"))).toBe(false);
  });

  it("says on standard error whom the sites leave out", async () => {
    const words = ["simulate", "csv-sites", "--repeats", "1", "--out", join(folder, "out")];
    const {status, stderr} = await startProgram(words).ended;
    expect(status).toBe(0);
    expect(stderr).toMatch(/^tartu: note: left out: rows 1-9 that miss a value/m);
  });

  it("writes no preset over a file, and tells where it cannot write", async () => {
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
