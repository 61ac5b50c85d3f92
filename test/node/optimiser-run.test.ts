import {afterEach, describe, expect, it} from "vitest";
import type {PlanSettings} from "../../src/config/index.ts";
import {casesOf} from "../setup/thorough.ts";
import {Fleet} from "./fleet.ts";
import {PLAIN_TRAINING, SITES, threeSites} from "./three-sites.ts";

type Training = PlanSettings["training"];
const VICTIM = "south";
const TRAINING: Training = {
  optimizer: {name: "sgd", learningRate: 0.1, momentum: 0.9, weightDecay: 0},
  batchSize: 16,
  localSteps: 4,
  ...PLAIN_TRAINING,
};
const OUTER: PlanSettings["mixing"] = {
  mode: "rounds",
  schedule: "all",
  codec: "fp16",
  robust: "none",
  outer: {learningRate: 0.7, momentum: 0.9},
};
/** Operations of the disk at which the power of one is cut. */
const CUTS = casesOf([44, 30, 52], 3);
const SCAFFOLD: Partial<PlanSettings> = {training: {...TRAINING, driftCorrection: "scaffold"}};

let fleet: Fleet;

/** What every site ends with. */
async function end(): Promise<string> {
  const outcomes = await Promise.all(SITES.map((site) => fleet.nodeOf(site).outcome));
  const results = new Set(outcomes.map(({certificate}) => certificate.body.result));
  expect(results.size, "all sites end with the same bytes").toBe(1);
  for (const {test} of outcomes) expect(test === null || (test.auroc?.value ?? 0) > 0.6).toBe(true);
  return outcomes[0]?.certificate.body.result ?? "";
}

async function runOf(changes: Partial<PlanSettings>): Promise<string> {
  fleet = new Fleet(await threeSites(changes));
  await fleet.startAll();
  return end();
}

describe("three nodes", () => {
  afterEach(() => fleet.close());

  it.each<[string, Partial<PlanSettings>]>([
    ["a proximal term", {training: {...TRAINING, proximal: 0.01}}],
    ["the outer step", {mixing: OUTER}],
    ["the outer step in phases", {mixing: {...OUTER, schedule: {name: "base", peers: 1}}}],
    ["drift correction and the outer step", {...SCAFFOLD, mixing: OUTER}],
    ["epochs, normalised", {training: {...TRAINING, localSteps: {epochs: 0.5}, normalisation: "fednova"}}],
    ["a bias of its own at each", {training: {...TRAINING, local: ["dense0.bias"]}}],
  ])("with %s end with one certified model, which knows the task", async (_, changes) => {
    expect(await runOf(changes)).toMatch(/^[0-9a-f]{64}$/);
  });

  it(`with drift correction end as if nothing had happened when the power of one is cut (at ${CUTS.join(", ")})`, async () => {
    const undisturbed = await runOf(SCAFFOLD);
    await fleet.close();
    for (const at of CUTS) {
      fleet = new Fleet(await threeSites(SCAFFOLD));
      await fleet.startAll();
      await fleet.cutPower(VICTIM, at);
      expect(await end(), `power cut at ${at}`).toBe(undisturbed);
      await fleet.close();
    }
  });
});
