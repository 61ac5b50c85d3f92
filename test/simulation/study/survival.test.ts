import {describe, expect, it} from "vitest";
import type {Experiment} from "../../../src/config/index.ts";
import {createRandom} from "../../../src/core/index.ts";
import {simulate, type TrialResult} from "../../../src/study/index.ts";
import {folderWith} from "../../data/workspace.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const TASK = `
formatVersion: 1
kind: tabular
name: tiny-survival
title: Survival at three invented hospitals
synthetic: true
source: made up for a test
sites: {leeds: {file: leeds.csv}, york: {file: york.csv}, hull: {file: hull.csv}}
patient: id
label: {column: died, positive: [1], negative: [0], time: {column: days, unit: days}}
columns:
  - {name: stage, type: number, unit: none, range: [-9, 9]}
  - {name: noise, type: number, unit: none, range: [-9, 9]}
missing: {markers: [""], policy: refuse}
split: {type: hash, test: 0.4, validation: 0.2}
`;

/** Patients whose hazard doubles with each unit of stage; about half are seen to die. */
function patients(site: string, count: number): string {
  const random = createRandom({seed: 5, site, round: 0, purpose: "test survival"});
  const rows = Array.from({length: count}, (_, row) => {
    const [stage, noise] = [random.normal(), random.normal()];
    const death = -Math.log(1 - random.uniform()) * 2 ** -stage * 100;
    const end = -Math.log(1 - random.uniform()) * 100;
    return [`p${row}`, stage, noise, death <= end ? 1 : 0, Math.min(death, end)].join(",");
  });
  return ["id,stage,noise,died,days", ...rows].join("\n");
}

async function setting(changes: Readonly<Record<string, unknown>> = {}) {
  const folder = await folderWith({
    "task.yaml": TASK,
    "leeds.csv": patients("leeds", 60),
    "york.csv": patients("york", 40),
    "hull.csv": patients("hull", 50),
  });
  const {plan} = tinyExperiment();
  const experiment = tinyExperiment({
    data: {source: "task", task: "./task.yaml"},
    plan: {
      ...plan,
      rounds: 6,
      model: {architecture: "cox"},
      training: {
        ...plan.training,
        optimizer: {name: "sgd", learningRate: 0.5, momentum: 0, weightDecay: 0.01},
        batchSize: "all",
        localSteps: 5,
      },
    },
    metrics: ["c-index"],
    baselines: [],
    ...changes,
  });
  return {experiment, options: {folder, threads: 0, backend: "wasm"} as const};
}

/** Harrell's C by counting pairs, of times without ties: nothing of the program's own. */
function concordanceByPairs(groups: TrialResult["scores"][number]["groups"]): number {
  const all = groups.flatMap(({labels, scores, times = []}) =>
    labels.map((event, place) => ({event, score: scores[place] ?? 0, time: times[place] ?? 0})),
  );
  const wins = all
    .filter(({event}) => event === 1)
    .flatMap((one) =>
      all
        .filter(({time}) => time > one.time)
        .map(({score}) => (one.score > score ? 1 : one.score === score ? 0.5 : 0)),
    );
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}

const withPlan = (experiment: Experiment, changes: Readonly<Record<string, unknown>>): Experiment => ({
  ...experiment,
  plan: {...experiment.plan, ...changes},
});

describe("an experiment on survival", () => {
  it("judges every method by the C-index, within each site and on all patients, and compares them", async () => {
    const baselines = ["local", "pooled", "fedavg", "fedprox", "swarm-hpe", "d-psgd"];
    const {experiment, options} = await setting({baselines, repeats: 2});
    const trials: TrialResult[] = [];
    const onTrial = (trial: TrialResult) => void trials.push(trial);
    const {results, comparisons, sites, rounds} = await simulate(experiment, {...options, onTrial});
    for (const {scores, results: rows} of trials) {
      for (const {method, groups} of scores) {
        const pooledRow = rows.find((row) => row.method === method && row.test === "Pooled Test");
        // Each site's patients with the risks that they have there.
        const bySites = concordanceByPairs(groups.filter(({isSite}) => isSite));
        expect(pooledRow?.value, method).toBeCloseTo(bySites, 12);
      }
    }
    const pooled = results.filter(({test}) => test === "Pooled Test");
    for (const {method, value, low, high, n} of pooled) {
      expect(value, method).toBeGreaterThan(low ?? Number.NaN);
      expect(value, method).toBeLessThan(high ?? Number.NaN);
      expect(n, method).toBe(sites.reduce((sum, {test}) => sum + test, 0));
    }
    for (const {method, value} of pooled.filter((row) => /^Gossip|^Pooled/.test(row.method))) {
      expect(value, method).toBeGreaterThan(0.55);
    }
    const of = (method: string) => results.filter((row) => row.method === method).map(({value}) => value);
    expect(of("Gossip")).toHaveLength(2 * 4);
    expect(of("Gossip")).toEqual(of("FedAvg"));
    expect(rounds.every(({value}) => value !== null && value > 0.3)).toBe(true);
    const beside = comparisons.filter(({test}) => test === "Pooled Test");
    expect(beside.map(({baseline}) => baseline)).toContain("Pooled Training");
    expect(beside.find(({baseline}) => baseline === "FedAvg")).toMatchObject({
      difference: 0,
      low: 0,
      high: 0,
    });
  });

  it("ends with the same bytes on either engine, and with others where events count", async () => {
    const {experiment, options} = await setting();
    const hashOf = async (of: Experiment) => (await simulate(of, options)).states[0]?.sha256;
    const patientsCount = await hashOf(experiment);
    expect(await hashOf({...experiment, engine: "full"})).toBe(patientsCount);
    const weights = {unit: "events", reference: 256, cap: 256};
    expect(await hashOf(withPlan(experiment, {weights}))).not.toBe(patientsCount);
  });

  it("keeps each patient's time where rows are dealt anew or drawn", async () => {
    const {experiment, options} = await setting({
      data: {
        source: "task",
        task: "./task.yaml",
        patientsPerSite: 15,
        partition: {type: "iid", nodes: 2, minimum: 5},
      },
    });
    const {results} = await simulate(experiment, options);
    expect(results.find(({test}) => test === "Pooled Test")?.value).toBeGreaterThan(0.55);
  });

  it("is refused a model of classes, and classes are refused one of survival", async () => {
    const {experiment, options} = await setting();
    const classes = withPlan(experiment, {model: {architecture: "logistic"}});
    await expect(simulate(classes, options)).rejects.toMatchObject({code: "SIMULATION_MODEL_UNFIT"});
    const survival = withPlan(tinyExperiment(), {model: {architecture: "cox"}});
    await expect(simulate(survival, options)).rejects.toMatchObject({code: "SIMULATION_MODEL_UNFIT"});
    await expect(simulate({...experiment, metrics: ["auroc"]}, options)).rejects.toMatchObject({
      code: "SIMULATION_METRIC_UNFIT",
    });
  });
});
