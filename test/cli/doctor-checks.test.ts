import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {checkBackend} from "../../src/cli/doctor/check-backend.ts";
import {type ClockFacts, checkClock} from "../../src/cli/doctor/check-clock.ts";
import {checkNode} from "../../src/cli/doctor/check-node.ts";
import {
  checkApprovedPlan,
  checkData,
  checkEntry,
  checkRoster,
  checkTask,
  type Papers,
} from "../../src/cli/doctor/check-papers.ts";
import {checkDisk, checkMemory} from "../../src/cli/doctor/check-room.ts";
import {checkLock, checkNodeKey, checkStateDirectory} from "../../src/cli/doctor/check-state.ts";
import {checkWorkTree} from "../../src/cli/doctor/check-work-tree.ts";
import {CHECKS} from "../../src/cli/doctor/examine.ts";
import {failure, notChecked} from "../../src/cli/doctor/finding.ts";
import {composePlan, findPreset} from "../../src/config/index.ts";
import {createIdentity, type Plan, parsePlan, type Roster} from "../../src/consortium/index.ts";
import {CodedError} from "../../src/core/index.ts";
import {readTask, type SealedSplit, taskIdentity} from "../../src/data/index.ts";
import type {InspectedState} from "../../src/storage/index.ts";

const ERROR = new CodedError("STORAGE_UNREADABLE", "cannot read it", {hint: "Let it be read."});
const NOW = Date.UTC(2026, 10, 25, 12);

/** The synthetic preset's task, a plan for it and a roster of two. */
async function samplePapers() {
  const {settings, taskFile} = await findPreset("synthetic-heart");
  const task = await readTask(taskFile);
  const members = ["north", "south"].map((name, index) => ({
    name,
    peerId: createIdentity(new Uint8Array(32).fill(index + 1)).peerId,
    role: "trainer" as const,
  }));
  const roster: Roster = {formatVersion: 1, consortium: "c", members};
  const start = {members: 2, patients: 2, waitSeconds: 0};
  const facts = {name: "p", consortium: "c", task: taskIdentity(task.task), start};
  return {task, roster, plan: parsePlan(composePlan(settings, facts), "plan.yaml")};
}

it("numbers each check as docs/operators.md does", async () => {
  const text = await readFile(join(import.meta.dirname, "../../docs/operators.md"), "utf8");
  const rows = [...text.matchAll(/^\| (D\d\d) \| ([^|]+) \|/gm)].map(([, id = "", what = ""]) => [id, what]);
  expect(Object.fromEntries(rows)).toEqual(CHECKS);
});

describe("D01 Node", () => {
  it.each([
    ["24.1.0", "pass"],
    ["22.20.1", "pass"],
    ["20.20.2", "warn"],
    ["23.0.0", "warn"],
    ["26.0.0", "warn"],
    ["18.19.0", "fail"],
  ])("%s: %s", (version, level) => {
    expect(checkNode(version)).toMatchObject({level});
  });
});

describe("D03 clock", () => {
  const sound: ClockFacts = {wallMs: NOW, newestFileMs: NOW - 1000, steppedMs: 3, isSynchronised: true};
  it.each<[string, Partial<ClockFacts>, string, RegExp]>([
    ["kept by a service", {}, "pass", /kept by this machine's time service; not compared/],
    ["of unknown keeping", {isSynchronised: null}, "pass", /plausible; .*is not known; not compared/],
    ["kept by none", {isSynchronised: false}, "warn", /no time service keeps it/],
    ["without files to compare with", {newestFileMs: null}, "pass", /time service/],
    ["set while watched", {steppedMs: -900}, "warn", /was set by 0\.9 s while it was watched/],
    ["before this version", {wallMs: Date.UTC(2025, 11, 31)}, "fail", /before this version was written/],
    ["behind a file by less than its grain", {newestFileMs: NOW + 100_000}, "pass", /kept/],
    ["behind a file", {newestFileMs: NOW + 600_000}, "fail", /is 10 min 0 s before a file/],
  ])("%s", (_, change, level, text) => {
    const finding = checkClock({...sound, ...change});
    expect(finding).toMatchObject({level});
    expect(finding.found).toMatch(text);
  });
});

function stateOf(change: Partial<InspectedState> = {}): {readonly value: InspectedState} {
  return {
    value: {
      permissions: 0o700,
      isLocked: false,
      readFormat: async () => 1,
      readNodeKey: async () => undefined,
      readRun: async () => ({journal: {entries: () => []}, models: {get: async () => undefined}}),
      readLedger: async () => ({
        names: async () => [],
        read: async () => ({records: [], tornBytes: 0, isDamaged: true}),
        head: async () => null,
      }),
      ...change,
    },
  };
}

describe("D04 to D06, the state directory", () => {
  const own = {isOwn: true, refusal: null};
  it.each([
    ["sound", stateOf(), own, "pass", undefined],
    ["new", stateOf({readFormat: async () => null}), own, "pass", undefined],
    ["absent", stateOf({permissions: undefined}), own, "fail", "CLI_DOCTOR_KEY"],
    ["unreadable", {error: ERROR}, own, "fail", "STORAGE_UNREADABLE"],
    ["of a newer version", stateOf({readFormat: () => Promise.reject(ERROR)}), own, "fail", ERROR.code],
    ["not to be written", stateOf(), {isOwn: true, refusal: "EACCES"}, "fail", "CLI_DOCTOR_STATE"],
    ["on a read-only file system", stateOf(), {isOwn: true, refusal: "EROFS"}, "fail", "CLI_DOCTOR_STATE"],
    ["another user's", stateOf(), {isOwn: false, refusal: null}, "warn", undefined],
    ["open to others", stateOf({permissions: 0o750}), own, "warn", undefined],
  ] as const)("%s", async (_, state, facts, ...[level, code]) => {
    const finding = await checkStateDirectory("/state", state, facts);
    expect([finding.level, finding.code, finding.mend === undefined]).toEqual([
      level,
      code,
      level === "pass",
    ]);
  });

  it("tells a key that is sound, absent, damaged or another's", () => {
    const key = {value: {peerId: "12D3KooWexample", fingerprint: "0123 4567"}};
    expect(checkNodeKey(key, true).found).toBe("12D3KooWexample, fingerprint 0123 4567, for its owner alone");
    expect(checkNodeKey({value: null}, null)).toMatchObject({level: "fail", code: "CLI_DOCTOR_KEY"});
    expect(checkNodeKey({error: ERROR}, true)).toMatchObject({level: "fail", code: ERROR.code});
    expect(checkNodeKey(key, false)).toMatchObject({level: "fail", code: "CLI_DOCTOR_STATE"});
  });

  it("warns of a running daemon and does not fail for it", () => {
    expect(checkLock(stateOf())).toMatchObject({level: "pass"});
    expect(checkLock(stateOf({isLocked: true}))).toMatchObject({level: "warn"});
    expect(checkLock({error: ERROR})).toEqual(notChecked("the state directory cannot be read", "D04"));
  });
});

describe("D19 git", () => {
  it.each([
    [null, "pass", /in no git work tree/],
    [{root: "/clone", isIgnored: true}, "pass", /git ignores/],
    [{root: "/clone", isIgnored: false}, "warn", /does not ignore it/],
    [{root: "/clone", isIgnored: null}, "warn", /is not known/],
  ] as const)("%j: %s", (tree, level, text) => {
    const finding = checkWorkTree("/clone/state", tree);
    expect(finding).toMatchObject({level, found: expect.stringMatching(text)});
  });
});

describe("D14 backend", () => {
  const opened = (loss: number, gradient: readonly number[], warning: string | null) => async () => ({
    backend: {
      name: "cpu" as const,
      build: () => ({
        layout: {tensors: []},
        runsOn: "loops" as const,
        lossAndGradient: (_: unknown, __: unknown, into: Float32Array) => (into.set(gradient), loss),
        predict: () => new Float32Array(0),
        explain: () => ({attention: null, scores: new Float32Array(0)}),
      }),
      close() {},
    },
    passedOver: [],
    warning,
  });
  it.each([
    ["right", opened(Math.LN2, [-0.5, -0.5, 0], null), "pass"],
    ["right but slow", opened(Math.LN2, [-0.5, -0.5, 0], "slow"), "warn"],
    ["wrong in its loss", opened(0.7, [-0.5, -0.5, 0], null), "fail"],
    ["wrong in its gradient", opened(Math.LN2, [-0.5, 0.5, 0], null), "fail"],
    ["missing", () => Promise.reject(ERROR), "fail"],
  ] as const)("%s", async (_, open, level) => {
    expect(await checkBackend(open)).toMatchObject({level});
  });

  it("throws a bug on", async () => {
    await expect(checkBackend(() => Promise.reject(new TypeError("bug")))).rejects.toThrow("bug");
    expect(() => failure(new TypeError("bug"))).toThrow("bug");
  });
});

describe("D07 to D13, what rests on the files of a run", async () => {
  const {task, plan, roster} = await samplePapers();
  const papers: Papers = {task: {value: task}, plan: {value: plan}, roster: {value: roster}};
  const none = {error: ERROR};
  const GB = 1e9;

  it("checks the key against the roster, and plan and task against each other", () => {
    const [first] = roster.members;
    const key = {value: {peerId: first?.peerId ?? "", fingerprint: ""}};
    expect(checkRoster(papers.roster)).toMatchObject({
      level: "pass",
      found: expect.stringMatching(/: 2 members, 2 of/),
    });
    expect(checkEntry(papers.roster, key, {site: "north", wallMs: 0})).toMatchObject({level: "pass"});
    expect(checkEntry(papers.roster, key, {site: "south", wallMs: 0})).toMatchObject({
      level: "fail",
      code: "NODE_NOT_ON_ROSTER",
    });
    expect(checkApprovedPlan(papers, plan.hash)).toMatchObject({level: "pass"});
    expect(checkApprovedPlan(papers, "0".repeat(64))).toMatchObject({code: "NODE_PLAN_NOT_APPROVED"});
    expect(checkTask(papers)).toMatchObject({level: "pass"});
    const other = {...task, task: {...task.task, name: "another"}};
    expect(checkTask({...papers, task: {value: other}})).toMatchObject({code: "NODE_CONTRACT_FOREIGN"});
    const model: Plan["model"] = {architecture: "mlp", hidden: [65_536, 65_536], activation: "relu"};
    const absurd = {...plan, plan: {...plan.plan, model}};
    expect(checkTask({...papers, plan: {value: absurd}})).toMatchObject({code: "MODEL_SPEC_INVALID"});
  });

  it("tells which file it could not do without", () => {
    expect(checkRoster(none)).toMatchObject({level: "fail", code: ERROR.code});
    expect(checkEntry(none, {value: null}, {site: "north", wallMs: 0}).mend).toBe("Mend D07 first.");
    expect(checkEntry(papers.roster, {value: null}, {site: "north", wallMs: 0}).mend).toBe("Mend D05 first.");
    expect(checkApprovedPlan({...papers, plan: none}, "")).toMatchObject({level: "fail"});
    expect(checkApprovedPlan({...papers, roster: none}, "").mend).toBe("Mend D07 first.");
    expect(checkTask({...papers, task: none})).toMatchObject({level: "fail"});
    expect(checkTask({...papers, plan: none}).mend).toBe("Mend D09 first.");
    expect(checkTask({...papers, roster: none}).mend).toBe("Mend D07 first.");
  });

  it("reads the data as `data check` does; an evaluator needs no train patients", async () => {
    const examine = (patients: number) => async () => {
      const counts = {patients, positivePatients: 0, negativePatients: 0};
      const split = {train: {patients}, counts: {train: counts}} as unknown as SealedSplit;
      return {split, lines: ["features      12", "train      1-9   1-9   0"]};
    };
    expect((await checkData(papers, "north", examine(9))).found).toBe(
      "read and split; features 12; train patients (all, positive, negative) 1-9 1-9 0",
    );
    expect(await checkData(papers, "north", examine(1))).toMatchObject({code: "CLI_TOO_FEW_PATIENTS"});
    expect(await checkData(papers, "elsewhere", examine(1))).toMatchObject({level: "pass"});
    expect(await checkData(papers, "north", () => Promise.reject(ERROR))).toMatchObject({code: ERROR.code});
    expect(await checkData({...papers, task: none}, "north", examine(9))).toMatchObject({level: "warn"});
    await expect(checkData(papers, "north", () => Promise.reject(new TypeError("bug")))).rejects.toThrow(
      "bug",
    );
  });

  it.each([
    [100 * GB, "pass"],
    [0.2 * GB, "warn"],
    [0.01 * GB, "fail"],
    [null, "warn"],
  ])("finds that a disk with %d bytes free: %s", (free, level) => {
    expect(checkDisk(papers, free)).toMatchObject({level});
  });

  it.each([
    [{limitBytes: 16 * GB, availableBytes: 8 * GB}, "pass"],
    [{limitBytes: 16 * GB, availableBytes: 0.1 * GB}, "warn"],
    [{limitBytes: 0.2 * GB, availableBytes: 0.2 * GB}, "fail"],
  ])("finds that memory of %j: %s", (memory, level) => {
    expect(checkMemory(papers, memory)).toMatchObject({level});
  });

  it("needs plan and task to know how large a model is", () => {
    for (const change of [{plan: none}, {task: none}]) {
      expect(checkDisk({...papers, ...change}, GB).mend).toBe("Mend D09 and D10 first.");
      expect(checkMemory({...papers, ...change}, {limitBytes: GB, availableBytes: GB}).level).toBe("warn");
    }
  });
});
