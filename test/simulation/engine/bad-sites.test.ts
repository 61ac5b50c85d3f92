import {describe, expect, it} from "vitest";
import {runBoth, runBy} from "./running.ts";
import {ALL, inventedCohort} from "./trials.ts";

const COHORT = inventedCohort(6);
const ROBUST = {
  ...ALL,
  robust: {rule: "median", faulty: 1, adaptiveClipping: false, nearestNeighbours: false},
} as const;

const ATTACKS = [
  {type: "label-flip", sites: 1},
  {type: "sign-flip", sites: 1, scale: 5},
  {type: "gaussian", sites: ["site-05"], scale: 2},
  {type: "zero", sites: 1},
  {type: "alie", sites: 1, z: "auto"},
  {type: "inner-product", sites: 1, scale: 3},
  {type: "mimic", sites: 1},
  {type: "dissensus", sites: 1, scale: 2},
  {type: "free-rider", sites: 1},
  {type: "statistics-edge", sites: 1},
] as const;

function distance(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number {
  return Math.sqrt(
    Array.from(a ?? []).reduce((sum, value, index) => sum + (value - (b?.[index] ?? 0)) ** 2, 0),
  );
}

describe("bad sites", () => {
  it.each(ATTACKS)("do the same harm in both engines: $type", async (attack) => {
    // By the time that they hand something in all others have trained.
    const experiment = {attacks: [attack], compute: {stepMs: 1000}};
    const {fast, full} = await runBoth({experiment}, {cohort: COHORT});
    const honest = await runBy("fast", {}, {cohort: COHORT});
    expect(full.stateHash).toBe(fast.stateHash);
    expect(fast.stateHash).not.toBe(honest.stateHash);
  });

  it("do so in segments too", async () => {
    const mixing = {
      mode: "async",
      exchange: "swap",
      partners: {name: "base", peers: 1},
      units: 3,
      abandonSeconds: 10_000,
      codec: "f32",
      robust: "none",
    } as const;
    const attacks = [{type: "inner-product", sites: 2, scale: 2}];
    const slow = {network: {delay: {type: "constant", ms: 50}}, compute: {stepMs: 20_000}};
    const changes = {mixing, plan: {rounds: 1}, experiment: {attacks, ...slow}};
    const {fast, full} = await runBoth(changes, {cohort: COHORT});
    expect(full.stateHash).toBe(fast.stateHash);
  });

  it("do so to the statistics under a robust rule, and there no more than an honest site might", async () => {
    const experiment = {attacks: [{type: "statistics-edge", sites: 1}]};
    const {fast, full} = await runBoth({mixing: ROBUST, experiment}, {cohort: COHORT});
    expect(full.stateHash).toBe(fast.stateHash);
    const statisticsOf = async (mixing: typeof ALL, change = {}) => {
      const [scaling] = (await runBy("fast", {mixing, experiment: change}, {cohort: COHORT})).standardisers;
      return scaling?.scale;
    };
    const honest = await statisticsOf(ALL);
    expect(distance(await statisticsOf(ALL, experiment), honest)).toBeGreaterThan(1);
    expect(distance(await statisticsOf(ROBUST, experiment), honest)).toBeLessThan(0.2);
  });

  it("carry a plain mean away and a median not", async () => {
    const experiment = {attacks: [{type: "sign-flip", sites: 1, scale: 50}]};
    const at = async (mixing: typeof ALL, change = {}) =>
      (await runBy("fast", {mixing, experiment: change}, {cohort: COHORT})).models[0];
    const carried = distance(await at(ALL, experiment), await at(ALL));
    const held = distance(await at(ROBUST, experiment), await at(ROBUST));
    expect(held).toBeLessThan(carried / 5);
  });
});
