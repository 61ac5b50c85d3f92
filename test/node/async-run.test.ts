import {afterEach, describe, expect, it} from "vitest";
import type {PlanSettings} from "../../src/config/index.ts";
import {casesOf} from "../setup/thorough.ts";
import {Fleet} from "./fleet.ts";
import {SITES, threeSites} from "./three-sites.ts";

/** Two rounds of statistics, then two asynchronous segments. */
const ROUNDS = 4;
const VICTIM = "south";

type Mixing = PlanSettings["mixing"];
const ASYNC: Mixing = {
  mode: "async",
  exchange: "swap",
  partners: "random",
  units: 6,
  abandonSeconds: 30,
  codec: "fp16",
  robust: "none",
};

let fleet: Fleet;

/** The hash of the model that all sites end with. */
async function end(): Promise<string | undefined> {
  const outcomes = await Promise.all(SITES.map((site) => fleet.nodeOf(site).outcome));
  const results = new Set(outcomes.map(({certificate}) => certificate.body.result));
  expect(results.size, "all sites end with the same model").toBe(1);
  for (const {certificate, test} of outcomes) {
    expect(certificate.body.round).toBe(ROUNDS - 1);
    expect(test === null || (test.auroc?.value ?? 0) > 0.6).toBe(true);
  }
  return [...results][0];
}

describe("three nodes that learn asynchronously", () => {
  afterEach(() => fleet.close());

  it.each<[string, Mixing]>([
    ["swaps", ASYNC],
    ["push-sum", {...ASYNC, exchange: "push-sum"}],
    ["clipped swaps", {...ASYNC, robust: {rule: "self-centred-clipping", faulty: 1}}],
  ])("by %s end with one certified model, which knows the task", async (_, mixing) => {
    fleet = new Fleet(await threeSites({mixing, rounds: 2}));
    await fleet.startAll();
    await end();
    for (const site of SITES) expect(fleet.nodeOf(site).view().absences).toEqual([]);
  });

  it.each(casesOf([33, 20, 52], 3))(
    "do so when the power of one is cut at operation %i of its disk",
    async (at) => {
      fleet = new Fleet(await threeSites({mixing: ASYNC, rounds: 2}));
      await fleet.startAll();
      await fleet.cutPower(VICTIM, at);
      expect(await end()).toMatch(/^[0-9a-f]{64}$/);
    },
  );
});
