import {describe, expect, it} from "vitest";
import type {Experiment} from "../../../src/config/index.ts";
import {
  parseTrial,
  type SimulateOptions,
  type StudyProgress,
  simulate,
  type TrialResult,
} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const BASELINES = ["local", "pooled", "fedavg", "fedprox", "swarm-hpe", "d-psgd"];
const here = (experiment: Experiment, options: Partial<SimulateOptions> = {}) =>
  simulate(experiment, {folder: ".", threads: 0, backend: "wasm", ...options});

describe("an experiment", () => {
  it("judges every method on each site's patients, all of them, and the external ones", async () => {
    const {results, sites, isComplete, isSynthetic} = await here(tinyExperiment({baselines: BASELINES}));
    expect([isComplete, isSynthetic]).toEqual([true, true]);
    expect(sites.map(({name, role}) => `${name} ${role}`)).toEqual([
      "leeds trainer",
      "york trainer",
      "hull trainer",
      "bath external",
    ]);
    const methods = [...new Set(results.map(({method}) => method))];
    expect(methods).toEqual([
      "Gossip",
      "Local",
      "Local leeds",
      "Local york",
      "Local hull",
      "Pooled Training",
      "FedAvg",
      "FedProx",
      "Swarm (HPE)",
      "D-PSGD ring",
    ]);
    const tests = ["leeds", "york", "hull", "Pooled Test", "External bath"];
    for (const method of methods) {
      const own = results.filter((row) => row.method === method);
      expect(own.filter(({metric}) => metric === "auroc").map(({test}) => test)).toEqual(tests);
      for (const {value, low, high} of own) {
        expect(value).toBeGreaterThanOrEqual(low ?? Number.NaN);
        expect(value).toBeLessThanOrEqual(high ?? Number.NaN);
      }
    }
    const pooled = results.find(({method, test}) => method === "Gossip" && test === "Pooled Test");
    expect(pooled?.n).toBe(sites.reduce((sum, {role, test}) => sum + (role === "trainer" ? test : 0), 0));
  });

  it("gives equal results twice, and other ones to another seed", async () => {
    const experiment = tinyExperiment({baselines: ["d-psgd"]});
    const [one, same, other] = [
      await here(experiment),
      await here(experiment),
      await here({...experiment, seed: experiment.seed + 1}),
    ];
    expect(same).toEqual(one);
    expect(other.states).not.toEqual(one.states);
  });

  it("scores FedAvg, whose sums are the network's own, as the network: their difference is 0", async () => {
    const {results, comparisons} = await here(tinyExperiment({baselines: ["fedavg"], repeats: 2}));
    const of = (method: string) => results.filter((row) => row.method === method).map(({value}) => value);
    expect(of("Gossip").length).toBe(2 * 5 * 2);
    of("Gossip").forEach((value, index) => expect(value).toBeCloseTo(of("FedAvg")[index] ?? Number.NaN, 12));
    const pooled = comparisons.find(({test}) => test === "Pooled Test");
    expect(pooled).toMatchObject({baseline: "FedAvg", isNonInferior: true, seeds: 2, margin: 0.02});
    expect(pooled?.difference).toBeCloseTo(0, 12);
  });

  it("goes through all points of a sweep, each with all seeds, and tells how far it is", async () => {
    const heard: StudyProgress[] = [];
    const experiment = tinyExperiment({
      baselines: ["fedavg"],
      repeats: 2,
      sweep: {"plan.rounds": [1, 2]},
      target: 0,
    });
    const {states, targets, rounds} = await here(experiment, {onRound: (progress) => heard.push(progress)});
    expect(states.map(({point, seed}) => [point["plan.rounds"], seed])).toEqual([
      [1, 42],
      [1, 43],
      [2, 42],
      [2, 43],
    ]);
    // A target that everything reaches is reached in the first round.
    expect(targets.length).toBe(8);
    expect(targets.every(({round}) => round === 1)).toBe(true);
    expect(rounds.length).toBe(2 * 2 * (1 + 2));
    const shares = heard.map(({share}) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it("goes on from the trials it is given, to the same end", async () => {
    const experiment = tinyExperiment({baselines: ["local"], repeats: 3});
    const kept: TrialResult[] = [];
    const whole = await here(experiment, {onTrial: (trial) => void kept.push(trial)});
    const ran: number[] = [];
    const resumed = await here(experiment, {
      earlier: async () => kept.slice(0, 2).map((trial) => parseTrial(JSON.stringify(trial), "trial")),
      onTrial: ({seed}) => void ran.push(seed),
    });
    expect(ran).toEqual([44]);
    expect(resumed).toEqual(whole);
  });

  it("ends with the reason that its signal was aborted with, and what it told before is good", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const soFar: (readonly [boolean, number])[] = [];
    const running = here(tinyExperiment({repeats: 3, baselines: []}), {
      signal: controller.signal,
      onTrial(_, {isComplete, seeds}) {
        soFar.push([isComplete, seeds.length]);
        controller.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    expect(soFar).toEqual([[false, 1]]);
  });

  it("scales an external site's patients alike under every method whose nodes scale by themselves", async () => {
    const {plan} = tinyExperiment();
    const training = {...plan.training, localSteps: 1};
    // A ring of three mixes as one group in which all count alike does.
    const weights = {unit: "patients", reference: 32, cap: 20};
    const {results} = await here(
      tinyExperiment({
        plan: {...plan, task: {standardisation: "site"}, training, weights},
        baselines: ["d-psgd", "fedavg"],
        metrics: ["brier"],
      }),
    );
    const of = (method: string) =>
      results
        .filter((row) => row.method === method && row.test === "External bath")
        .map(({value}) => value ?? 0);
    expect(of("D-PSGD ring")).toHaveLength(1);
    expect(of("D-PSGD ring")[0]).toBeCloseTo(of("Gossip")[0] ?? Number.NaN, 5);
    expect(of("D-PSGD ring")[0]).toBeCloseTo(of("FedAvg")[0] ?? Number.NaN, 5);
  });

  it("refuses a figure that its patients have not", async () => {
    await expect(here(tinyExperiment({metrics: ["c-index"]}))).rejects.toMatchObject({
      code: "SIMULATION_METRIC_UNFIT",
    });
  });

  it("runs an attacked network beside the same one in which nobody does harm", async () => {
    const attacks = [{type: "sign-flip", sites: ["leeds"], scale: 50}];
    const [attacked, harmless] = [
      await here(tinyExperiment({baselines: [], attacks})),
      await here(tinyExperiment({baselines: []})),
    ];
    const of = ({results}: typeof attacked, method: string) =>
      results.filter((row) => row.method === method).map(({value}) => value);
    expect(of(attacked, "Gossip (no attack)")).toEqual(of(harmless, "Gossip"));
    const success = attacked.comparisons.find(({test}) => test === "Pooled Test");
    expect(success?.baseline).toBe("Gossip (no attack)");
    expect(success?.difference).toBeLessThan(-0.2);
  });
});
