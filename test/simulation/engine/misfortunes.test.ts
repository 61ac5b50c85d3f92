import {describe, expect, it} from "vitest";
import {runBy} from "./running.ts";
import {inventedCohort, type TrialChanges} from "./trials.ts";

const SITES = ["site-00", "site-01", "site-02", "site-03", "site-04"];
const COHORT = inventedCohort(SITES.length);
/** Five rounds of 30 s each at least. */
const LONG: TrialChanges = {plan: {rounds: 5, task: {standardisation: "site"}}};
const COMPUTE = {compute: {stepMs: 10_000}};

const runFull = (experiment: Record<string, unknown>) =>
  runBy("full", {...LONG, experiment: {...COMPUTE, ...experiment}}, {cohort: COHORT});

describe("the full engine", () => {
  it("leaves a crashed site out, names it, and takes it in again", async () => {
    const crash = {type: "crash", site: "site-03", atSeconds: 40, backAfterSeconds: 60};
    const {rounds, models} = await runFull({faults: [crash]});
    // It comes back in the middle of the fourth round, too late for it.
    expect(rounds.map(({absent}) => absent.join())).toEqual(["", "site-03", "site-03", "site-03", ""]);
    expect(new Set(models).size).toBe(1);
  });

  it("goes on without a site that does not come back, which holds what it held", async () => {
    const crash = {type: "crash", site: "site-01", atSeconds: 40, backAfterSeconds: "never"};
    const {rounds, models, stateHash} = await runFull({faults: [crash]});
    expect(rounds.map(({absent}) => absent.join())).toEqual(["", ...Array(4).fill("site-01")]);
    expect(models.map((model) => model === models[1])).toEqual([false, true, false, false, false]);
    expect(rounds[4]?.consensusDistance).toBeGreaterThan(0);
    expect(stateHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("goes on in the larger part of a parted network, and all are one afterwards", async () => {
    const groups = [SITES.slice(0, 3), SITES.slice(3)];
    const partition = {type: "partition", groups, atSeconds: 40, untilSeconds: 110};
    const {rounds, models} = await runFull({faults: [partition]});
    expect(rounds.some(({absent}) => absent.length === 2)).toBe(true);
    expect(rounds.at(-1)?.absent).toEqual([]);
    expect(new Set(models).size).toBe(1);
  });

  it.each([
    {name: "losses", experiment: {network: {dropProb: 0.05}}},
    {name: "churn", experiment: {churn: {onlineProb: 0.8, meanOfflineSeconds: 30}}},
    {
      name: "a slow line and a slow machine",
      experiment: {
        network: {
          delay: {type: "lognormal", medianMs: 30, sigma: 1},
          sites: {"site-02": {bandwidthMbps: 0.001}},
        },
        compute: {stepMs: 100, sites: {"site-04": 4000}},
      },
    },
  ])("comes to the same end again under $name", async ({experiment}) => {
    const [one, other] = [await runFull(experiment), await runFull(experiment)];
    expect(one.rounds).toHaveLength(5);
    expect(other).toEqual(one);
  });

  it("takes longer over slower lines", async () => {
    const last = async (mbps: number): Promise<number> =>
      (await runFull({network: {bandwidthMbps: mbps}})).rounds.at(-1)?.seconds ?? 0;
    expect(await last(0.001)).toBeGreaterThan((await last(10)) + 1);
  });

  it("says so when nothing can be decided any more", async () => {
    const faults = SITES.slice(0, 3).map((site) => ({
      type: "crash",
      site,
      atSeconds: 10,
      backAfterSeconds: "never",
    }));
    const {rounds, stall, divergedAt} = await runFull({faults});
    expect(rounds).toEqual([]);
    expect(divergedAt).toBeNull();
    expect(stall).toEqual({
      round: 0,
      seconds: expect.any(Number),
      reason: "nothing was decided in 24 virtual hours, with 2 of 5 nodes up at the end",
    });
  });
});

describe("the fast engine", () => {
  it.each([
    {network: {dropProb: 0.1}},
    {churn: {onlineProb: 0.5, meanOfflineSeconds: 1}},
    {faults: [{type: "crash", site: "site-00", atSeconds: 1, backAfterSeconds: 1}]},
  ])("refuses what only messages can suffer: %o", async (experiment) => {
    await expect(runBy("fast", {experiment})).rejects.toThrow("goes with engine: full only");
  });

  it.each([
    {exchange: "push-sum", partners: "random", robust: "none"},
    {exchange: "swap", partners: {name: "ring", steps: 2}, robust: "none"},
    {exchange: "swap", partners: "random", robust: {rule: "self-centred-clipping", faulty: 1}},
  ] as const)("refuses segments that it does not know: %o", async (change) => {
    const mixing = {mode: "async", units: 2, abandonSeconds: 100, codec: "f32", ...change} as const;
    await expect(runBy("fast", {mixing}, {cohort: COHORT})).rejects.toMatchObject({
      code: "SIMULATION_ENGINE_UNFIT",
    });
    expect((await runBy("full", {mixing, experiment: COMPUTE}, {cohort: COHORT})).rounds).toHaveLength(3);
  });
});
