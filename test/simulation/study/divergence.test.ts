import {describe, expect, it} from "vitest";
import type {Experiment} from "../../../src/config/index.ts";
import {studyFiles} from "../../../src/report/index.ts";
import {parseSummary, parseTrial, type StudyResults, simulate} from "../../../src/study/index.ts";
import {tinyExperiment} from "./tiny-experiment.ts";

const PLAN = tinyExperiment().plan;
const optimizer = {name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0.01} as const;
/** Its clip binds nobody: within a plan's usual one no site can make the network diverge. */
const privacy = {...PLAN.privacy, clip: 1e35};
const ROUNDS = {...PLAN, rounds: 5, training: {...PLAN.training, optimizer}, privacy};
/** Updates turned round and so large that the next one, in which parameters decay, leaves binary32. */
const RUINOUS = [{type: "sign-flip", sites: ["leeds"], scale: 1e25}];

/** Runs it; each trial reads back as what --resume goes on from. */
const here = (experiment: Experiment): Promise<StudyResults> =>
  simulate(experiment, {
    folder: ".",
    threads: 0,
    backend: "wasm",
    onTrial: (trial) => expect(parseTrial(JSON.stringify(trial), "trial")).toEqual(trial),
  });

const endingOf = ({results}: StudyResults, method: string) =>
  results
    .filter((row) => row.method === method)
    .map(({status, divergedAt, value}) => ({status, divergedAt, hasValue: value !== null}));

describe("a network that an attack makes diverge", () => {
  it.each(["fast", "full"])(
    "is a result that says when, by the %s engine, and all else goes on",
    async (engine) => {
      const experiment = tinyExperiment({
        plan: ROUNDS,
        engine,
        attacks: RUINOUS,
        baselines: ["pooled", "fedavg"],
        repeats: 2,
      });
      const study = await here(experiment);
      const [first] = endingOf(study, "Gossip");
      const round = first?.divergedAt ?? Number.NaN;
      expect(round).toBeGreaterThan(1);
      expect(round).toBeLessThan(6);
      for (const {status, hasValue} of endingOf(study, "Gossip"))
        expect([status, hasValue]).toEqual(["diverged", false]);
      for (const method of ["Gossip (no attack)", "Pooled Training", "FedAvg"]) {
        const endings = endingOf(study, method);
        expect(endings).toHaveLength(2 * 5 * 2);
        for (const ending of endings)
          expect(ending).toEqual({status: "finished", divergedAt: null, hasValue: true});
      }
      // The rounds before are kept, and every seed has been run.
      const rounds = study.rounds.filter(({method, seed}) => method === "Gossip" && seed === 42);
      expect(rounds.map((row) => row.round)).toEqual(
        Array.from({length: round - 1}, (_, place) => place + 1),
      );
      expect([study.seeds, study.isComplete]).toEqual([[42, 43], true]);
      for (const {
        baseline,
        isNonInferior,
        difference,
        divergedSeeds,
        baselineDivergedSeeds,
      } of study.comparisons) {
        expect([baseline, isNonInferior, difference]).toEqual([baseline, false, null]);
        expect([divergedSeeds, baselineDivergedSeeds]).toEqual([2, 0]);
      }
      expect(study.comparisons.length).toBe(3 * 5);
      const summary = studyFiles(study).get("summary.json") ?? "";
      expect(parseSummary(summary, "s")).toEqual(study);
    },
  );

  it("ends in the same state and round by both engines", async () => {
    const of = (engine: string) =>
      here(tinyExperiment({plan: ROUNDS, engine, attacks: RUINOUS, baselines: []}));
    const [fast, full] = [await of("fast"), await of("full")];
    expect(full.states).toEqual(fast.states);
    expect(endingOf(full, "Gossip")).toEqual(endingOf(fast, "Gossip"));
  });
});

describe("methods that diverge", () => {
  it("without an attack, by their learning rate alone, are each said to have, and nobody is better", async () => {
    // A rate times the weight decay above 2 multiplies every parameter by -1e13 a step.
    const training = {...PLAN.training, optimizer: {...optimizer, learningRate: 1e13, weightDecay: 1}};
    const study = await here(
      tinyExperiment({
        plan: {...ROUNDS, training},
        baselines: ["local", "pooled", "fedavg", "fedprox", "swarm-hpe", "d-psgd"],
      }),
    );
    const methods = [...new Set(study.results.map(({method}) => method))];
    expect(methods).toHaveLength(10);
    expect(study.results.every(({status, value}) => status === "diverged" && value === null)).toBe(true);
    expect(endingOf(study, "Pooled Training")[0]?.divergedAt).toBeNull();
    expect(endingOf(study, "FedAvg")[0]?.divergedAt).toBeTypeOf("number");
    expect(study.comparisons.some(({isNonInferior}) => isNonInferior)).toBe(false);
  });

  it("as a baseline leave nothing to compare", async () => {
    // The pull of FedProx times the rate is far above 2, the network's own training has none.
    const study = await here(
      tinyExperiment({plan: {...ROUNDS, rounds: 8}, baselines: ["fedprox"], proximal: 1e30}),
    );
    expect(endingOf(study, "FedProx")[0]?.status).toBe("diverged");
    expect(endingOf(study, "Gossip")[0]?.status).toBe("finished");
    const [pooled] = study.comparisons.filter(({test}) => test === "Pooled Test");
    expect(pooled).toMatchObject({
      baseline: "FedProx",
      outcome: "no-comparison",
      isNonInferior: false,
      difference: null,
      seeds: 0,
      divergedSeeds: 0,
      baselineDivergedSeeds: 1,
    });
  });
});
