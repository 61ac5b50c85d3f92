import {afterAll, describe, expect, it} from "vitest";
import type {PlanSettings} from "../../../src/config/index.ts";
import {runId} from "../../../src/consortium/index.ts";
import {openSite} from "../../../src/node/site/site.ts";
import {type Cohort, runNetwork, type Trial} from "../../../src/simulation/index.ts";
import {Fleet} from "../../node/fleet.ts";
import {identityOf, SITES, threeSites} from "../../node/three-sites.ts";
import {inventedExperiment, openPool} from "./trials.ts";

/** The same sites and the same plan for a simulation. */
async function trialOf({task, roster, plan}: Awaited<ReturnType<typeof threeSites>>): Promise<Trial> {
  const sites = await Promise.all(
    SITES.map((site) =>
      openSite({
        roster,
        plan,
        approvedPlan: plan.hash,
        task,
        variables: {},
        site,
        peerId: identityOf(site).peerId,
      }),
    ),
  );
  const cohort: Cohort = {
    kind: "binary",
    classes: 2,
    isSynthetic: true,
    source: "synthetic",
    contract: plan.plan.task.contract,
    input: plan.plan.task.input,
    features: sites[0]?.features ?? [],
    sites: sites.map(({member, split}) => ({name: member.name, split})),
    external: [],
  };
  const pool = await openPool(plan.plan, cohort, 1);
  const {seed} = plan.plan;
  const experiment = inventedExperiment();
  return {experiment, point: {}, seed, plan: plan.plan, cohort, pool, signal: new AbortController().signal};
}

const mixingOf = (
  schedule: "all" | {readonly name: "base"; readonly peers: number},
): PlanSettings["mixing"] => ({
  mode: "rounds",
  schedule,
  codec: "fp16",
  robust: "none",
  outer: "none",
});

describe("daemons in lockstep", () => {
  const fleets: Fleet[] = [];
  afterAll(async () => void (await Promise.all(fleets.map((fleet) => fleet.close()))));

  it.each([
    {name: "one group", mixing: mixingOf("all")},
    {name: "pairs", mixing: mixingOf({name: "base", peers: 1})},
  ])("end with the simulator's parameters: $name", async ({mixing}) => {
    const consortium = await threeSites({mixing});
    const fleet = new Fleet(consortium);
    fleets.push(fleet);
    await fleet.startAll();
    const outcomes = await Promise.all(SITES.map((site) => fleet.nodeOf(site).outcome));
    const trial = await trialOf(consortium);
    const identity = {
      run: runId(consortium.plan.hash, 1),
      idOf: (site: string) => identityOf(site).peerId,
    };
    const {stateHash} = await runNetwork(trial, {}, identity);
    await trial.pool.close();
    expect(outcomes.map(({certificate}) => certificate.body.result)).toEqual(SITES.map(() => stateHash));
  });
});
