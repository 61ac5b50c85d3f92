import {fromString, toString} from "uint8arrays";
import {afterEach, beforeEach, expect, it} from "vitest";
import {composePlan} from "../../src/config/index.ts";
import {parsePlan} from "../../src/consortium/index.ts";
import {Fleet} from "./fleet.ts";
import {SITES, threeSites} from "./three-sites.ts";

const MARK = "/state/restored.json";

const consortium = await threeSites();
let fleet: Fleet;
beforeEach(() => {
  fleet = new Fleet(consortium);
});
afterEach(() => fleet.close());

async function mark(site: string): Promise<void> {
  const disk = await fleet.diskOf(site);
  const file = await disk.create(MARK, 0o600);
  await file.write(fromString('{"formatVersion":1,"vouched":[]}'));
  await file.sync();
  await disk.syncDirectory("/state");
}

/** The result that all end with, and how often each was vouched for. */
async function outcome(): Promise<{readonly results: number; readonly vouched: readonly number[]}> {
  const outcomes = await Promise.all(SITES.map((site) => fleet.nodeOf(site).outcome));
  const vouched = SITES.map(async (site) => {
    const bytes = await (await fleet.diskOf(site)).read(MARK);
    return bytes === undefined ? 0 : toString(bytes).split(/[0-9a-f]{32}/).length - 1;
  });
  return {
    results: new Set(outcomes.map(({certificate}) => certificate.body.result)).size,
    vouched: await Promise.all(vouched),
  };
}

it("a consortium that is restored as a whole vouches for itself and learns", async () => {
  for (const site of SITES) await mark(site);
  await Promise.all(SITES.map((site) => fleet.start(site)));
  expect(await outcome()).toEqual({results: 1, vouched: [1, 1, 1]});
});

it("an evaluator, which votes on nothing, waits for nobody", async () => {
  const evaluator = SITES.at(-1) ?? "";
  const {name, consortium: id, task, start, ...settings} = consortium.plan.plan;
  const {standardisation, ...identified} = task;
  const facts = {name, consortium: id, task: identified, start: {...start, members: SITES.length - 1}};
  const members = consortium.roster.members.map((member) =>
    member.name === evaluator ? {...member, role: "evaluator" as const} : member,
  );
  await fleet.close();
  fleet = new Fleet({
    ...consortium,
    roster: {...consortium.roster, members},
    plan: parsePlan(composePlan({...settings, task: {standardisation}}, facts), "plan.yaml"),
  });
  await mark(evaluator);
  const node = await fleet.start(evaluator);
  expect(node.view()).toMatchObject({site: evaluator, role: "evaluator"});
  expect(toString((await (await fleet.diskOf(evaluator)).read(MARK)) ?? new Uint8Array())).toMatch(
    /[0-9a-f]{32}/,
  );
});

it("a restored node is vouched for once", async () => {
  const [restored = "", ...others] = SITES;
  await mark(restored);
  for (const site of others) await fleet.start(site);
  await fleet.start(restored);
  await fleet.stop(restored);
  await fleet.start(restored);
  expect(await outcome()).toEqual({results: 1, vouched: [1, 0, 0]});
});
