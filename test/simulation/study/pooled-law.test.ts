import {describe, expect, it} from "vitest";
import type {Experiment} from "../../../src/config/index.ts";
import {simulate, type TrialResult} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const ALL = ["local", "pooled", "fedavg", "fedprox", "swarm-hpe", "d-psgd"];
const {plan: PLAN} = tinyExperiment();
const METRICS = ["accuracy", "brier", "auroc"] as const;

async function trialsOf(changes: Readonly<Record<string, unknown>>): Promise<TrialResult[]> {
  const experiment: Experiment = tinyExperiment({metrics: METRICS, ...changes});
  const trials: TrialResult[] = [];
  await simulate(experiment, {
    folder: ".",
    threads: 0,
    backend: "wasm",
    onTrial: (trial) => void trials.push(trial),
  });
  return trials;
}

interface Patient {
  readonly label: number;
  readonly score: number;
}

/** The AUROC by counting pairs: nothing of the program's own. */
function aurocByPairs(patients: readonly Patient[]): number {
  const [ill, well] = [1, 0].map((label) => patients.filter((patient) => patient.label === label));
  const wins = (ill ?? []).flatMap((one) =>
    (well ?? []).map((other) => (one.score > other.score ? 1 : one.score === other.score ? 0.5 : 0)),
  );
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}

const inOrder = (patients: readonly Patient[]): Patient[] =>
  [...patients].sort((a, b) => a.score - b.score || a.label - b.label);

/** Each pooled figure beside what the sites' own rows and scores make of it. */
function expectPooledIsSites({results, scores}: TrialResult): void {
  for (const {method, groups} of scores) {
    const rows = results.filter((row) => row.method === method);
    const sites = groups.filter(({isSite}) => isSite).map(({test}) => test);
    const figure = (test: string, metric: string) =>
      rows.find((row) => row.test === test && row.metric === metric);
    for (const metric of ["accuracy", "brier"]) {
      const own = sites.map((test) => figure(test, metric));
      const n = own.reduce((sum, row) => sum + (row?.n ?? 0), 0);
      const mean = own.reduce((sum, row) => sum + (row?.value ?? Number.NaN) * (row?.n ?? 0), 0) / n;
      const pooled = figure("Pooled Test", metric);
      expect(pooled?.n, method).toBe(n);
      expect(pooled?.value, `${metric} of ${method}`).toBeCloseTo(mean, 12);
    }
    const patientsOf = (among: typeof groups): Patient[] =>
      among.flatMap(({labels, scores: own}) =>
        labels.map((label, place) => ({label, score: own[place] ?? Number.NaN})),
      );
    const union = patientsOf(groups.filter(({isSite}) => isSite));
    const pooled = patientsOf(groups.filter(({test}) => test === "Pooled Test"));
    expect(inOrder(pooled), method).toEqual(inOrder(union));
    expect(figure("Pooled Test", "auroc")?.value, method).toBeCloseTo(aurocByPairs(union), 12);
  }
}

describe("the pooled test", () => {
  it.each(["federated", "site", "none"])(
    "has each site's patients with the scores that they have there, of every method, scaled: %s",
    async (standardisation) => {
      const plan = {...PLAN, task: {standardisation}};
      const [trial] = await trialsOf({plan, baselines: ALL});
      expect(trial?.scores).toHaveLength(10);
      if (trial === undefined) throw new Error("no trial");
      expectPooledIsSites(trial);
    },
  );

  it("has them of a network that nodes leave and come back to, and messages get lost in", async () => {
    const trials = await trialsOf({
      plan: {...PLAN, rounds: 6, deadline: {minimumSeconds: 1, maximumSeconds: 2}},
      baselines: [],
      engine: "full",
      churn: {onlineProb: 0.7, meanOfflineSeconds: 3},
      network: {dropProb: 0.05},
      repeats: 4,
    });
    for (const trial of trials) expectPooledIsSites(trial);
  });

  it("has them of a network whose first layer each site keeps to itself", async () => {
    const plan = {
      ...PLAN,
      model: {architecture: "mlp", hidden: [4], activation: "relu"},
      training: {...PLAN.training, local: ["dense0.weight"]},
    };
    for (const trial of await trialsOf({plan, baselines: []})) expectPooledIsSites(trial);
  });
});
