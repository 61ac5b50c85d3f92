import {describe, expect, it} from "vitest";
import type {Experiment} from "../../../src/config/index.ts";
import {type StudyResults, simulate} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const ALL = ["local", "pooled", "fedavg", "fedprox", "swarm-hpe", "d-psgd"];
const NODES = ["Gossip", "Local", "FedAvg", "FedProx", "Swarm (HPE)", "D-PSGD ring"];
const {plan: PLAN} = tinyExperiment();

const here = (experiment: Experiment): Promise<StudyResults> =>
  simulate(experiment, {folder: ".", threads: 0, backend: "wasm"});

function workOf({work}: StudyResults, method: string) {
  const row = work.find((own) => own.method === method);
  if (row === undefined) throw new Error(`no work of ${method}`);
  return row;
}

const ASYNC = {
  mode: "async",
  exchange: "swap",
  partners: {name: "base", peers: 1},
  units: 4,
  abandonSeconds: 60,
  codec: "f32",
  robust: "none",
};

describe("all methods of a trial", () => {
  it.each([
    ["in rounds of steps", {}],
    ["in rounds of epochs", {training: {...PLAN.training, localSteps: {epochs: 2}}}],
    ["in segments of units", {mixing: ASYNC}],
  ] as const)("take as many steps and make as many passes, %s", async (name, changes) => {
    const plan = {...PLAN, ...changes};
    const swarm = {synchronisationSteps: 3};
    const study = await here(tinyExperiment({plan, baselines: ALL, swarm}));
    const {steps, passes} = workOf(study, "Gossip");
    // By hand: sites x rounds x local steps.
    expect(steps).toBe(name === "in rounds of steps" ? 3 * 2 * 3 : steps);
    for (const method of NODES) expect([method, workOf(study, method).steps]).toEqual([method, steps]);
    for (const method of NODES) expect(workOf(study, method).passes, method).toBeCloseTo(passes, 12);
    // A whole number of batches of the joined rows: within half of one.
    const rows = study.sites.reduce((sum, {train}) => sum + train, 0);
    const pooled = workOf(study, "Pooled Training");
    expect(Math.abs(pooled.passes - passes)).toBeLessThanOrEqual(8 / 2 / rows + 1e-12);
    // One site's steps are its part of all sites'.
    const alone = ["leeds", "york", "hull"].map((site) => workOf(study, `Local ${site}`).steps);
    expect(alone.reduce((sum, own) => sum + own, 0)).toBe(steps);
  });

  it("are given what the network took in segments: at least the plan's units, and more where units counted for less", async () => {
    const study = await here(tinyExperiment({plan: {...PLAN, mixing: ASYNC}, baselines: ["fedavg"]}));
    const {steps} = workOf(study, "Gossip");
    expect(steps).toBeGreaterThanOrEqual(3 * 2 * 4 * 3);
    expect(workOf(study, "FedAvg").steps).toBe(steps);
    // Nothing is taken that the network did not take: a unit is three sites' three steps.
    expect(steps % 9).toBe(0);
  });

  it("have as many rounds as the plan, in segments too", async () => {
    const {rounds} = await here(
      tinyExperiment({plan: {...PLAN, mixing: ASYNC}, baselines: ["fedavg", "d-psgd"]}),
    );
    for (const method of ["Gossip", "FedAvg", "D-PSGD ring"]) {
      const own = rounds.filter((row) => row.method === method);
      expect(
        own.map(({round}) => round),
        method,
      ).toEqual([1, 2]);
    }
  });

  it.each([
    ["f32", 4 * 6 + 4],
    ["fp16", 2 * 6 + 4],
  ] as const)(
    "send their parameters in the plan's codec %s, and the set-up is told apart",
    async (codec, size) => {
      const plan = {...PLAN, mixing: {...PLAN.mixing, codec}};
      const study = await here(tinyExperiment({plan, baselines: ALL, swarm: {synchronisationSteps: 3}}));
      // By hand. A model: 5 weights and a bias, then its site's weight in binary32. Statistics: 5 features, twice.
      const statistics = 4 * 5 + 4;
      const bytes = (method: string) => {
        const {setupBytes, roundBytes} = workOf(study, method);
        return [setupBytes, roundBytes];
      };
      // One group of three: two thirds of each vector go to the owners of its parts, and two thirds of each sum come back.
      expect(bytes("Gossip")).toEqual([2 * 2 * 2 * statistics, 2 * 2 * 2 * size]);
      // A machine in the middle: each of three sends all of it, and is sent all of it.
      for (const method of ["FedAvg", "FedProx", "Swarm (HPE)"])
        expect(bytes(method)).toEqual([2 * 3 * 2 * statistics, 2 * 3 * 2 * size]);
      // To two neighbours each.
      expect(bytes("D-PSGD ring")).toEqual([2 * 2 * 2 * statistics, 2 * 3 * 2 * size]);
      expect(bytes("Local")).toEqual([0, 0]);
      expect(bytes("Pooled Training")).toEqual([null, null]);
      for (const method of ["Gossip", "FedAvg", "D-PSGD ring"]) {
        const [setup, own] = bytes(method);
        const last = study.rounds.findLast((row) => row.method === method);
        expect(last?.bytes, method).toBe((setup ?? 0) + (own ?? 0));
      }
    },
  );

  it("have no set-up where each site scales by itself", async () => {
    const plan = {...PLAN, task: {standardisation: "site"}};
    const study = await here(tinyExperiment({plan, baselines: ["fedavg", "d-psgd"]}));
    for (const method of ["Gossip", "FedAvg", "D-PSGD ring"])
      expect(workOf(study, method).setupBytes).toBe(0);
  });

  it("by the full engine have the same steps, and in step the same bytes", async () => {
    const network = {delay: {type: "constant", ms: 5}};
    const {work, rounds} = await here(tinyExperiment({baselines: ["fedavg"], engine: "full", network}));
    expect(work.map(({steps}) => steps)).toEqual([18, 18]);
    const [gossip] = work;
    // By hand, as above: twice, two thirds of three vectors of 24 or 28 bytes each way.
    expect([gossip?.setupBytes, gossip?.roundBytes]).toEqual([2 * 2 * 2 * 24, 2 * 2 * 2 * 28]);
    const last = rounds.findLast(({method}) => method === "Gossip");
    expect(last?.bytes).toBe((gossip?.setupBytes ?? 0) + (gossip?.roundBytes ?? 0));
  });

  it("by the full engine out of step cost what members who are overtaken fetch besides", async () => {
    const {work} = await here(tinyExperiment({baselines: [], engine: "full"}));
    // Of both exchanges of statistics two members certify the sum before the third has checked it, of one of them before it
    // has the sum's 24 bytes. It takes the result whole: 32 bytes that name the layout, then twice 5 numbers and the count.
    const result = 32 + 4 * (5 + 5 + 1);
    expect(work[0]?.setupBytes).toBe(2 * 2 * 2 * 24 - 24 + 2 * result);
  });
});

describe("a baseline's learning rate", () => {
  it("is its own where the experiment gives one, and nobody else's", async () => {
    const [plain, tuned, all] = [
      await here(tinyExperiment({baselines: ["pooled", "fedavg"]})),
      await here(tinyExperiment({baselines: ["pooled", "fedavg"], learningRates: {pooled: 0.5}})),
      await here(
        tinyExperiment({
          baselines: ["pooled"],
          plan: {
            ...PLAN,
            training: {...PLAN.training, optimizer: {...PLAN.training.optimizer, learningRate: 0.5}},
          },
        }),
      ),
    ];
    const figures = ({results}: StudyResults, method: string) =>
      results.filter((row) => row.method === method).map(({value}) => value);
    expect(figures(tuned, "Gossip")).toEqual(figures(plain, "Gossip"));
    expect(figures(tuned, "FedAvg")).toEqual(figures(plain, "FedAvg"));
    expect(figures(tuned, "Pooled Training")).not.toEqual(figures(plain, "Pooled Training"));
    expect(figures(tuned, "Pooled Training")).toEqual(figures(all, "Pooled Training"));
    const rates = ["Gossip", "FedAvg", "Pooled Training"].map((method) => workOf(tuned, method).learningRate);
    expect(rates).toEqual([0.1, 0.1, 0.5]);
  });
});

describe("a sweep", () => {
  it("trains a baseline once where no point touches it, and gives what each point alone would", async () => {
    const sweep = {"plan.mixing.codec": ["f32"], "plan.quorum.weightShare": [0.5, 0.6, 0.7]};
    const study = await here(tinyExperiment({baselines: ["fedavg", "local"], sweep}));
    const alone = await here(tinyExperiment({baselines: ["fedavg", "local"]}));
    const figures = (rows: StudyResults["results"], method: string) =>
      rows.filter((row) => row.method === method).map(({value}) => value);
    for (const weightShare of [0.5, 0.6, 0.7]) {
      const own = study.results.filter(({point}) => point["plan.quorum.weightShare"] === weightShare);
      for (const method of ["FedAvg", "Local", "Local york"])
        expect(figures(own, method), method).toEqual(figures(alone.results, method));
    }
    expect(study.rounds.filter(({method}) => method === "FedAvg")).toHaveLength(3 * 2);
    expect(study.work.filter(({method}) => method === "FedAvg").map(({steps}) => steps)).toEqual([
      18, 18, 18,
    ]);
  });

  it("trains a baseline again where a point touches it", async () => {
    const study = await here(
      tinyExperiment({baselines: ["fedavg"], sweep: {"learningRates.fedavg": [0.01, 0.5]}}),
    );
    const [low, high] = study.work.filter(({method}) => method === "FedAvg");
    expect([low?.learningRate, high?.learningRate]).toEqual([0.01, 0.5]);
    const figures = study.results.filter(({method}) => method === "FedAvg").map(({value}) => value);
    expect(figures.slice(0, figures.length / 2)).not.toEqual(figures.slice(figures.length / 2));
  });
});
