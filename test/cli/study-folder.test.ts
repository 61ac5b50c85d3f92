import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it} from "vitest";
import {openStudyFolder} from "../../src/cli/simulate/study-folder.ts";
import type {TrialResult} from "../../src/study/index.ts";
import {tinyExperiment} from "../simulation/study/tiny-experiment.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "consilium-study-"));
});
afterEach(() => rm(folder, {recursive: true, force: true}));

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
        stall: null,
      },
    ],
    rounds: [
      {
        ...KEYS,
        round: 1,
        seconds: 1,
        bytes: 9,
        absent: [],
        consensusDistance: 0,
        value: null,
        on: "train",
      },
    ],
    work: [
      {
        ...KEYS,
        models: "one",
        learningRate: 0.1,
        steps: 6,
        passes: 1,
        setupBytes: 4,
        roundBytes: 5,
        value: null,
        on: "train",
      },
    ],
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
    const folderAgain = await openStudyFolder(out, experiment, true);
    expect(await folderAgain.earlier(MOST)).toEqual([TRIAL]);
    expect(await folderAgain.earlier(JSON.stringify(TRIAL).length)).toEqual([TRIAL]);
    await expect(folderAgain.earlier(JSON.stringify(TRIAL).length - 1)).rejects.toMatchObject({
      code: "SIMULATION_TRIAL_INVALID",
      message: expect.stringMatching(/0000\.json: is larger than .*, which no trial of this experiment is$/),
    });
    await expect(openStudyFolder(out, {...experiment, seed: 7}, true)).rejects.toMatchObject({
      code: "CLI_RESULTS_FOREIGN",
    });
  });

  const MOST = 2 ** 20;
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
    const again = await openStudyFolder(out, tinyExperiment({}), true);
    await expect(again.earlier(MOST)).rejects.toMatchObject({
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
    const again = await openStudyFolder(out, tinyExperiment({}), true);
    await expect(again.earlier(MOST)).rejects.toMatchObject({code: "CLI_RESULTS_FOREIGN"});
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
    expect(await second.earlier(MOST)).toEqual([trialOf(43)]);
    for (const seed of [42, 44]) await second.keep(trialOf(seed));
    const third = await openStudyFolder(out, experiment, true);
    expect(await third.earlier(MOST)).toEqual([43, 42, 44].map(trialOf));
  });
});
