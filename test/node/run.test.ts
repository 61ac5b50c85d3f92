import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {readSite, splitSite} from "../../src/data/index.ts";
import {type NodeView, patientLabels} from "../../src/node/index.ts";
import {casesOf} from "../setup/thorough.ts";
import {Fleet} from "./fleet.ts";
import {SITES, threeSites} from "./three-sites.ts";

/** Two rounds of statistics and three of training. */
const ROUNDS = 5;
const VICTIM = "south";

const consortium = await threeSites();
let fleet: Fleet;
/** What a run ends with in which nothing happens: so must every other here, as nobody is ever left out. */
let undisturbed: string;

/** The result that every site ends with. */
async function end(): Promise<string> {
  const outcomes = await Promise.all(SITES.map((site) => fleet.nodeOf(site).outcome));
  const results = new Set(outcomes.map(({certificate}) => certificate.body.result));
  expect(results.size, "all sites end with the same model").toBe(1);
  return outcomes[0]?.certificate.body.result ?? "";
}

function views(): NodeView[] {
  return SITES.map((site) => fleet.nodeOf(site).view());
}

beforeAll(async () => {
  fleet = new Fleet(consortium);
  await fleet.startAll();
  undisturbed = await end();
});

describe("three nodes", () => {
  afterAll(() => fleet.close());

  it("end with the same model, everyone in every round", () => {
    for (const view of views()) {
      expect(view).toMatchObject({round: ROUNDS, rounds: ROUNDS, stage: null, activity: "finished"});
      expect(view.absences, view.site).toEqual([]);
      expect(view.certified?.result, view.site).toBe(undisturbed);
      expect(view.bytesSent, view.site).toBeGreaterThan(0);
    }
  });

  it("test the final model on the patients of their test, and on no others", async () => {
    const {task, plan} = consortium;
    for (const site of SITES) {
      const table = await readSite({...task, site, variables: {}});
      const {test: rows} = splitSite(table, task.task, plan.plan.seed);
      const positives = patientLabels(rows).filter((label) => label === 1).length;
      const {test} = await fleet.nodeOf(site).outcome;
      expect(test, site).toMatchObject({
        n: rows.patients,
        positives,
        auroc: {value: expect.any(Number)},
      });
    }
  });

  it("open the test once: one that is restarted after the end tells what was written down then", async () => {
    const {result} = fleet.nodeOf(VICTIM).view();
    expect(result).toMatchObject({round: ROUNDS - 1, model: undisturbed});
    expect(result?.test?.auroc?.value).toBeTypeOf("number");
    await fleet.stop(VICTIM);
    const again = await fleet.start(VICTIM);
    expect(await again.outcome).toMatchObject({
      test: result?.test,
      certificate: {body: {result: undisturbed}},
    });
    expect(again.view()).toMatchObject({activity: "finished", result});
  });
});

describe("a node that goes down in mid-run", () => {
  beforeEach(() => {
    fleet = new Fleet(consortium);
  });

  afterEach(() => fleet.close());

  it.each(casesOf([0, 2], 2))(
    "after round %i comes back, and the run ends as if it had not",
    async (round) => {
      const certified = fleet.certified(VICTIM, round);
      await fleet.startAll();
      await certified;
      await fleet.stop(VICTIM);
      expect(fleet.nodeOf("north").view().round).toBeLessThan(ROUNDS);
      await fleet.start(VICTIM);
      expect(await end()).toBe(undisturbed);
    },
  );

  // Operations of the disk after its opening: a write, a sync or a rename of a blob or of a line of the journal.
  it.each(casesOf([24, 11, 43], 3))("with its power, at operation %i of its disk, does too", async (at) => {
    await fleet.startAll();
    await fleet.cutPower(VICTIM, at);
    expect(await end()).toBe(undisturbed);
    for (const view of views()) expect(view.absences, view.site).toEqual([]);
  });
});
