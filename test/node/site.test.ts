import {describe, expect, it} from "vitest";
import {silentLogger, systemClock} from "../../src/core/index.ts";
import {generateSyntheticHeart} from "../../src/data/index.ts";
import {createNode, siteCount} from "../../src/node/index.ts";
import {openSite, type SiteChecks} from "../../src/node/site/site.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {folderWith} from "../data/workspace.ts";
import {createCrashFileSystem} from "../storage/crash-file-system.ts";
import {identityOf, SITES, threeSites} from "./three-sites.ts";

const {task, roster, plan} = await threeSites();
const CHECKS: SiteChecks = {
  site: "north",
  peerId: identityOf("north").peerId,
  roster,
  plan,
  approvedPlan: plan.hash,
  task,
  variables: {},
};

describe("a site that fits the plan", () => {
  it("opens with its split, its features and its number of train patients", async () => {
    const site = await openSite(CHECKS);
    expect(site.member.name).toBe("north");
    expect(site.features).toHaveLength(12);
    expect(site.patients).toBe(site.split.train.patients);
    expect(site.patients).toBeGreaterThan(100);
  });

  it("counts as at most the plan's cap", async () => {
    const capped = {...plan, plan: {...plan.plan, weights: {...plan.plan.weights, cap: 50}}};
    const site = await openSite({...CHECKS, plan: capped});
    expect(site.patients).toBe(50);
    expect(site.split.train.patients).toBeGreaterThan(50);
  });

  it("counts as at most the lower median of the votes in the plan", async () => {
    const cap = {votes: [90, 40, 60].map((patients, index) => ({site: SITES[index] ?? "", patients}))};
    const voted = {...plan, plan: {...plan.plan, weights: {...plan.plan.weights, cap}}};
    expect((await openSite({...CHECKS, plan: voted})).patients).toBe(60);
  });
});

describe("what a site counts as where a plan counts events", () => {
  const rows = {n: 3, d: 1, values: new Float32Array(3), patients: 3, patientOf: Uint32Array.of(0, 1, 2)};
  const events = {unit: "events", reference: 4, cap: 2} as const;

  it("is the number of its train patients with one, at most the cap; of an evaluator, 0", () => {
    const count = (...labels: number[]): number =>
      siteCount({...rows, labels: Uint8Array.from(labels)}, events, "north");
    expect([count(1, 0, 0), count(1, 0, 1), count(1, 1, 1)]).toEqual([1, 2, 2]);
    const nobody = {...rows, n: 0, values: new Float32Array(), patients: 0, patientOf: new Uint32Array()};
    expect(siteCount({...nobody, labels: new Uint8Array()}, events, "north")).toBe(0);
  });

  it("is refused where nobody has one", () => {
    expect(() => siteCount({...rows, labels: new Uint8Array(3)}, events, "north")).toThrow(
      expect.objectContaining({code: "NODE_TOO_FEW_PATIENTS", message: expect.stringContaining("north")}),
    );
  });
});

describe("a site is refused before anything is opened to others", () => {
  const {task: tabular} = task;
  if (tabular.kind !== "tabular") throw new RangeError("the task is not tabular");
  const otherColumns = {...task, task: {...tabular, columns: tabular.columns.slice(1)}};
  const ofBags = {
    ...plan,
    plan: {...plan.plan, model: {architecture: "gated-attention-mil", embedding: 8, attention: 4, tiles: 2}},
  } as const;
  const ofSurvival = {...plan, plan: {...plan.plan, model: {architecture: "cox"}}} as const;
  const eager = {...plan, plan: {...plan.plan, start: {...plan.plan.start, members: 4}}};
  const guarded = {
    ...plan,
    plan: {
      ...plan.plan,
      mixing: {
        mode: "rounds",
        schedule: "all",
        codec: "fp16",
        outer: "none",
        robust: {rule: "trimmed-mean", faulty: 2, adaptiveClipping: false, nearestNeighbours: false},
      },
    },
  } as const;
  const votedBy = (name: string) => {
    const cap = {votes: [{site: name, patients: 40}]};
    return {...plan, plan: {...plan.plan, weights: {...plan.plan.weights, cap}}};
  };
  const withRole = (role: "relay" | "evaluator") => ({
    ...roster,
    members: roster.members.map((member) => (member.name === "north" ? {...member, role} : member)),
  });

  it.each<[string, Partial<SiteChecks>, string]>([
    ["has not approved this plan", {approvedPlan: "ab".repeat(32)}, "NODE_PLAN_NOT_APPROVED"],
    ["has another consortium's plan", {roster: {...roster, consortium: "others"}}, "NODE_PLAN_FOREIGN"],
    ["has other columns", {task: otherColumns}, "NODE_CONTRACT_FOREIGN"],
    ["has a plan whose model takes slides", {plan: ofBags}, "NODE_MODEL_UNFIT"],
    ["has a plan of survival, which only experiments learn", {plan: ofSurvival}, "NODE_MODEL_UNFIT"],
    ["can never see the run begin", {plan: eager}, "NODE_START_IMPOSSIBLE"],
    ["is one of too few for the plan's robust rule", {plan: guarded}, "NODE_RULE_IMPOSSIBLE"],
    ["has a plan that counts a stranger's vote", {plan: votedBy("west")}, "NODE_VOTE_FOREIGN"],
    [
      "is not counted among those who begin",
      {roster: withRole("evaluator"), site: "south", peerId: identityOf("south").peerId},
      "NODE_START_IMPOSSIBLE",
    ],
    ["is not on the roster", {peerId: "12D3KooWunknown"}, "NODE_NOT_ON_ROSTER"],
    ["has another site's key", {peerId: identityOf("south").peerId}, "NODE_NOT_ON_ROSTER"],
  ])("that %s", async (_, change, code) => {
    await expect(openSite({...CHECKS, ...change})).rejects.toMatchObject({code, hint: expect.any(String)});
  });

  it("that is to relay, which this version cannot", async () => {
    const small = {...plan, plan: {...plan.plan, start: {...plan.plan.start, members: 2}}};
    await expect(openSite({...CHECKS, plan: small, roster: withRole("relay")})).rejects.toMatchObject({
      code: "NODE_ROLE_UNSUPPORTED",
    });
  });

  it("that has one train patient", async () => {
    const [header, row] = generateSyntheticHeart(1).get("north")?.split("\n") ?? [];
    const folder = await folderWith({"north.csv": `${header}\n${row}\n`});
    const tiny = {folder, task: {...task.task, root: "."}};
    await expect(openSite({...CHECKS, task: tiny})).rejects.toMatchObject({code: "NODE_TOO_FEW_PATIENTS"});
  });

  it("that has no key yet", async () => {
    const files = createCrashFileSystem();
    const state = await openStateDirectory("/state", files);
    const before = files.operations();
    const node = createNode({
      ...CHECKS,
      state,
      attempt: 1,
      backend: "auto",
      clock: systemClock,
      logger: silentLogger,
      openNetwork: async () => {
        throw new RangeError("the network must not be opened");
      },
    });
    await expect(node).rejects.toMatchObject({code: "NODE_KEY_MISSING"});
    expect(files.operations(), "nothing is written").toBe(before);
  });

  it("in words that hold no patient's value, only names and hashes", async () => {
    const refusal = openSite({...CHECKS, task: otherColumns});
    await expect(refusal).rejects.toThrow(
      /^the task file's data contract is [0-9a-f]{64}, the plan names [0-9a-f]{64}/,
    );
  });
});
