import {describe, expect, it} from "vitest";
import type {Experiment} from "../../../src/config/index.ts";
import {casesOf} from "../../setup/thorough.ts";
import {runBoth} from "./running.ts";
import {ALL, inventedCohort, type TrialChanges} from "./trials.ts";

type Mixing = Experiment["plan"]["mixing"];

const MIXINGS: readonly {readonly name: string; readonly mixing: Mixing}[] = [
  {name: "one group, fp16", mixing: {...ALL, codec: "fp16"}},
  {name: "one group, int8", mixing: {...ALL, codec: "int8"}},
  {name: "one group, top10", mixing: {...ALL, codec: "top10"}},
  {name: "one group, outer", mixing: {...ALL, outer: {learningRate: 0.7, momentum: 0.9}}},
  {name: "base", mixing: {...ALL, schedule: {name: "base", peers: 1}}},
  {name: "base, int8", mixing: {...ALL, codec: "int8", schedule: {name: "base", peers: 2}}},
  {name: "grid", mixing: {...ALL, schedule: "grid"}},
  {name: "random, fp16", mixing: {...ALL, codec: "fp16", schedule: {name: "random", steps: 3}}},
  {name: "ring", mixing: {...ALL, schedule: {name: "ring", steps: 2}}},
  {name: "exponential", mixing: {...ALL, schedule: {name: "exponential", steps: 2}}},
  {
    name: "trimmed mean",
    mixing: {
      ...ALL,
      robust: {rule: "trimmed-mean", faulty: 1, adaptiveClipping: false, nearestNeighbours: true},
    },
  },
];

const TRAININGS: readonly {readonly name: string; readonly changes: TrialChanges}[] = [
  {name: "scaffold", changes: {training: {driftCorrection: "scaffold"}}},
  {name: "fednova", changes: {training: {normalisation: "fednova", localSteps: {epochs: 1}}}},
  {name: "a proximal term", changes: {training: {proximal: 0.5}}},
  {
    name: "tensors that stay",
    changes: {
      training: {local: ["dense0.bias"]},
      plan: {model: {architecture: "mlp", hidden: [3], activation: "tanh"}},
    },
  },
  {name: "own scaling", changes: {plan: {task: {standardisation: "site"}}}},
];

const SEGMENT: Extract<Mixing, {readonly mode: "async"}> = {
  mode: "async",
  exchange: "swap",
  partners: {name: "base", peers: 1},
  units: 4,
  abandonSeconds: 10_000,
  codec: "f32",
  robust: "none",
};

/** Delays that are longer than a disk takes, and units that are longer than an exchange. */
const SLOW = {network: {delay: {type: "constant", ms: 50}}, compute: {stepMs: 20_000}};

const SEGMENTS = [
  {name: "two sites", sites: 2, units: 4, partners: {name: "base", peers: 1}, codec: "f32"},
  {name: "pairs of a base graph", sites: 5, units: 6, partners: {name: "base", peers: 1}, codec: "fp16"},
  {name: "random pairs", sites: 6, units: 5, partners: {name: "random", steps: 3}, codec: "f32"},
  {name: "a long segment", sites: 8, units: 12, partners: {name: "base", peers: 1}, codec: "int8"},
] as const;

/** In steps all at once: nobody asks for a result that it is about to have itself. */
const EVEN = {network: {delay: {type: "constant", ms: 5}}};

describe("the fast engine", () => {
  it.each(MIXINGS)("ends with the bytes of the full one: $name", async ({mixing}) => {
    const {fast, full} = await runBoth({mixing}, {cohort: inventedCohort(5)});
    expect(full.stateHash).toBe(fast.stateHash);
    expect(full.rounds.flatMap(({absent}) => absent)).toEqual([]);
  });

  it.each(casesOf(MIXINGS, 3))("in step tells of the same rounds: $name", async ({mixing}) => {
    const {fast, full} = await runBoth({mixing, experiment: EVEN}, {cohort: inventedCohort(5)});
    expect(full.setupBytes).toBe(fast.setupBytes);
    // Out of step a member that others overtake has no estimate of its own, which the distance is then without.
    for (const fact of ["bytes", "consensusDistance"] as const)
      expect(full.rounds.map((round) => round[fact])).toEqual(fast.rounds.map((round) => round[fact]));
  });

  it.each([2, 6])("knows how long a round of %i phases and the adoption take", async (steps) => {
    const mixing: Mixing = {...ALL, schedule: {name: "ring", steps}};
    const experiment = {network: {delay: {type: "constant", ms: 50}}};
    const {fast, full} = await runBoth({mixing, experiment}, {cohort: inventedCohort(5)});
    const lasting = ({rounds: [first, second]}: typeof fast): number =>
      (second?.seconds ?? Number.NaN) - (first?.seconds ?? Number.NaN);
    // By hand: three steps of 10 ms, then ready and start, three messages a phase, request and result, proposal and two votes.
    expect(lasting(fast)).toBeCloseTo(0.03 + 0.05 * (2 + 3 * steps + 2 + 3), 9);
    // Disks take some more.
    expect(Math.abs(lasting(full) - lasting(fast))).toBeLessThan(0.025);
  });

  it.each(TRAININGS)("and so with $name", async ({changes}) => {
    const {fast, full} = await runBoth(changes);
    expect(full.stateHash).toBe(fast.stateHash);
    expect(full.models).toEqual(fast.models);
    expect(full.standardisers).toEqual(fast.standardisers);
  });

  it.each(SEGMENTS)("and so in asynchronous segments: $name", async ({sites, units, partners, codec}) => {
    const mixing = {...SEGMENT, units, partners, codec};
    const setting = {cohort: inventedCohort(sites)};
    // Of two sites the one that hears last of a certificate begins the next segment a message late, and which of them that
    // is changes who finds whom at work: only the first segment is one that the fast engine knows.
    const rounds = sites === 2 ? 1 : 2;
    const {fast, full} = await runBoth({mixing, plan: {rounds}, experiment: SLOW}, setting);
    expect(full.rounds.map((round) => round.consensusDistance)).toEqual(
      fast.rounds.map((round) => round.consensusDistance),
    );
    expect(full.stateHash).toBe(fast.stateHash);
  });

  it("trains on classes", async () => {
    const {fast, full} = await runBoth({}, {cohort: inventedCohort(3, "classes")});
    expect(full.stateHash).toBe(fast.stateHash);
  });
});
