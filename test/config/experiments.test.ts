import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {stringify} from "yaml";
import {
  composePlan,
  experimentFiles,
  experimentNames,
  loadExperiment,
  sweepPoints,
} from "../../src/config/index.ts";
import {errorLine} from "../../src/core/index.ts";

const PRESETS = [
  "byzantine",
  "churn",
  "csv-sites",
  "dress-rehearsal",
  "fed-heart-disease",
  "fed-tcga-brca",
  "partition",
  "saldanha2022",
  "saldanha2022-efficiency",
  "scale-10k",
  "swarm-tcga-crc",
  "topologies",
];

let folder = "";
let path = "";
let base = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium experiments "));
  path = join(folder, "own.yaml");
  base = ((await experimentFiles("csv-sites")).get("csv-sites.yaml") ?? "").replace(
    "csv-sites/task.yaml",
    "synthetic-heart",
  );
});
afterAll(async () => {
  await rm(folder, {recursive: true, force: true});
});

/** What is told of the experiment csv-sites with `lines` below it: the line of an error without the file's name. */
async function told(...lines: readonly string[]): Promise<string> {
  await writeFile(path, `${base.trimEnd()}\n${lines.join("\n")}\n`);
  const line = await loadExperiment(path).then(() => "accepted", errorLine);
  const first = base.trimEnd().split("\n").length;
  return line
    .replace(`${path}:`, "")
    .replace(/: (\d+):/, (_, number: string) => `: ${Number(number) - first}:`);
}

describe("the bundled experiments", () => {
  it("are all listed, each with its title and under its file's name", async () => {
    const listed = await experimentNames();
    expect(listed.map(({name}) => name)).toEqual(expect.arrayContaining(PRESETS));
    for (const {name, title} of listed) {
      const {experiment} = await loadExperiment(name);
      expect(experiment).toMatchObject({name, title});
    }
  });

  it("make a complete plan at every point of their sweeps", async () => {
    const facts = {
      name: "x",
      consortium: "x",
      task: {name: "x", contract: "a".repeat(64), input: {kind: "tabular"} as const},
      start: {members: 2, patients: 1, waitSeconds: 0},
    };
    for (const {name} of await experimentNames()) {
      const {experiment} = await loadExperiment(name);
      const points = sweepPoints(experiment);
      const counts = Object.values(experiment.sweep).map((values) => values.length);
      expect(points.length, name).toBe(counts.reduce((product, count) => product * count, 1));
      for (const {experiment: own} of points) {
        expect(own.sweep).toEqual({});
        expect(() => composePlan({...own.plan, formatVersion: 1, seed: own.seed}, facts)).not.toThrow();
      }
    }
  });

  it("that there are not are told with the nearest name", async () => {
    expect(await loadExperiment("fed-hart-disease").catch(errorLine)).toMatch(
      /^CONFIG_PRESET_UNKNOWN: there is no experiment "fed-hart-disease"\. Did you mean "fed-heart-disease"\? Experiments: byzantine, .*; a file's name ends in \.yaml\.$/,
    );
    await expect(experimentFiles("../presets/synthetic-heart.plan")).rejects.toMatchObject({
      code: "CONFIG_PRESET_UNKNOWN",
    });
    expect(await loadExperiment("./nowhere.yaml").catch(errorLine)).toMatch(/^CONFIG_UNREADABLE: .*ENOENT/);
  });
});

describe("an experiment file", () => {
  it("is read with its defaults filled in, and says where it lies", async () => {
    await writeFile(path, base);
    const {experiment, file} = await loadExperiment(path);
    expect(file).toBe(path);
    expect(experiment).toMatchObject({
      churn: "none",
      engine: "fast",
      data: {patientsPerSite: "all", partition: {type: "natural"}},
      network: {bandwidthMbps: "unlimited", dropProb: 0},
      sweep: {},
    });
  });

  it("may be what `stringify` makes of a read one", async () => {
    const {experiment} = await loadExperiment("topologies");
    await writeFile(path, stringify(experiment));
    expect((await loadExperiment(path)).experiment).toEqual(experiment);
  });

  it.each([
    [["engin: full"], 'CONFIG_EXPERIMENT_INVALID: 1:1: unknown key "engin". Did you mean "engine"?'],
    [
      ["faults: [{type: crash, site: leeds, atSeconds: -1, backAfterSeconds: never}]", "engine: full"],
      "CONFIG_EXPERIMENT_INVALID: 1:48: faults[0].atSeconds: Too small: expected number to be >=0.",
    ],
    [
      ["attacks:", "  - {type: sign-flp, sites: 2, scale: 1}"],
      /^CONFIG_EXPERIMENT_INVALID: 2:12: attacks\[0\]\.type: expected .*Did you mean "sign-flip"\?/,
    ],
    [
      ["churn: {onlineProb: 0.9, meanOfflineSeconds: 5}"],
      "CONFIG_EXPERIMENT_INVALID: 1:8: churn: goes with engine: full only.",
    ],
    [
      ["network: {dropProb: 0.1}"],
      "CONFIG_EXPERIMENT_INVALID: 1:21: network.dropProb: goes with engine: full only.",
    ],
    [
      ["sweep: {churn: [none, {onlineProb: 0.5, meanOfflineSeconds: 1}]}"],
      "1:23: sweep.churn[1]: goes with engine: full only.",
    ],
  ])("with a mistake is refused by line and column: %j", async (lines, line) => {
    expect(await told(...lines)).toMatch(line);
  });

  it("whose plan's blocks do not go together is refused where they are", async () => {
    const text = base
      .replace("schedule: all", "schedule: {name: ring, steps: 2}")
      .replace("normalisation: none", "normalisation: fednova");
    await writeFile(path, text);
    expect(await loadExperiment(path).catch(errorLine)).toMatch(
      /^CONFIG_EXPERIMENT_INVALID: .*own\.yaml:\d+:20: plan\.training\.normalisation: goes with the schedule all only\.$/,
    );
  });
});

describe("a sweep", () => {
  it("has every combination of its values, the first key's changing slowest", async () => {
    await writeFile(
      path,
      `${base}sweep:\n  plan.training.localSteps: [1, 2]\n  plan.mixing.schedule: [all, {name: ring, steps: 3}]\n  data.external: [[east]]\n`,
    );
    const {experiment} = await loadExperiment(path);
    const points = sweepPoints(experiment);
    const ring = {name: "ring", steps: 3};
    expect(points.map(({point}) => Object.values(point))).toEqual([
      [1, "all", ["east"]],
      [1, ring, ["east"]],
      [2, "all", ["east"]],
      [2, ring, ["east"]],
    ]);
    expect(points[3]?.experiment).toEqual({
      ...experiment,
      data: {...experiment.data, external: ["east"]},
      plan: {
        ...experiment.plan,
        training: {...experiment.plan.training, localSteps: 2},
        mixing: {...experiment.plan.mixing, schedule: ring},
      },
      sweep: {},
    });
    expect(sweepPoints({...experiment, sweep: {}})).toEqual([
      {point: {}, experiment: {...experiment, sweep: {}}},
    ]);
  });

  it("shows a value that has a label by it, and runs the value", async () => {
    await writeFile(
      path,
      `${base}sweep:\n  plan.mixing.schedule: [all, {label: a ring, value: {name: ring, steps: 3}}]\n`,
    );
    const points = sweepPoints((await loadExperiment(path)).experiment);
    expect(points.map(({point}) => point["plan.mixing.schedule"])).toEqual(["all", "a ring"]);
    expect(points[1]?.experiment.plan.mixing).toMatchObject({schedule: {name: "ring", steps: 3}});
  });

  it.each([
    [
      "two values of one label",
      "plan.rounds: [{label: few, value: 1}, {label: few, value: 2}]",
      "2:41: sweep.plan.rounds[1]: is shown as value 1 is: label it otherwise.",
    ],
    ["one value twice", "plan.rounds: [5, 5]", "2:20: sweep.plan.rounds[1]: is shown as value 1 is"],
    [
      "a label that is no text",
      "plan.rounds: [{label: 5, value: 1}]",
      "2:25: sweep.plan.rounds[0].label: must be a text of 1 to 60 characters in one line.",
    ],
    [
      "a labelled value out of range",
      "plan.rounds: [{label: none, value: 0}]",
      "2:38: sweep.plan.rounds[0].value: Too small: expected number to be >=1.",
    ],
    [
      "a value out of range",
      "plan.rounds: [5, 0]",
      "2:20: sweep.plan.rounds[1]: Too small: expected number to be >=1.",
    ],
    [
      "a value of another type",
      "plan.rounds: [many]",
      "2:17: sweep.plan.rounds[0]: expected a number, found string.",
    ],
    [
      "a misspelt key",
      "plan.training.batchsize: [8]",
      '2:29: sweep.plan.training.batchsize[0]: unknown key "batchsize". Did you mean "batchSize"?',
    ],
    [
      "a misspelt map",
      "plan.traning.batchSize: [8]",
      '2:28: sweep.plan.traning.batchSize[0]: the experiment has no such key: it has no map "traning" (did you mean "training"?).',
    ],
    [
      "a key below a value",
      "plan.rounds.count: [8]",
      '2:23: sweep.plan.rounds.count[0]: the experiment has no such key: it has no map "rounds".',
    ],
    [
      "a mistake within a value",
      "plan.mixing.outer: [none, {learningRate: 1, momentum: 2}]",
      /^2:\d+: sweep\.plan\.mixing\.outer\[1\]/,
    ],
    [
      "a value that breaks another key",
      "plan.weights.reference: [128]",
      "2:28: sweep.plan.weights.reference[0]: makes plan.weights.cap wrong: must not exceed the reference.",
    ],
    ["what is fixed", "name: [a, b]", '2:10: sweep.name[0]: "name" cannot be swept (and 1 more).'],
    ["no value", "plan.rounds: []", "2:16: sweep.plan.rounds: Too small: expected array to have >=1 items."],
  ])("with %s is refused where it stands", async (_, sweep, line) => {
    const whole = await told("sweep:", `  ${sweep}`);
    expect(whole).toMatch(/^CONFIG_EXPERIMENT_INVALID: /);
    expect(whole.replace("CONFIG_EXPERIMENT_INVALID: ", "")).toMatch(line);
  });

  it("of values that do not go together, or of too many points, is refused", async () => {
    expect(
      await told(
        "sweep:",
        "  plan.mixing.schedule: [all, grid]",
        "  plan.training.normalisation: [none, fednova]",
      ),
    ).toMatch(
      /^CONFIG_EXPERIMENT_INVALID: 2:3: sweep: at \{"plan\.mixing\.schedule":"grid","plan\.training\.normalisation":"fednova"\} plan\.training\.normalisation: goes with the schedule all only\.$/,
    );
    const many = `[${Array.from({length: 40}, (_, index) => index + 1).join(", ")}]`;
    expect(await told("sweep:", `  plan.rounds: ${many}`, `  plan.training.localSteps: ${many}`)).toMatch(
      "sweep: has 1600 points, more than 1000.",
    );
  });
});
