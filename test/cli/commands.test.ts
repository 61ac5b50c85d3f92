import {readFile, rm, stat, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {runProgram} from "../../src/cli/program.ts";
import {parsePlan, parseRoster} from "../../src/consortium/index.ts";
import {errorLine} from "../../src/core/index.ts";
import {readTask, taskIdentity} from "../../src/data/index.ts";
import {smallConsortium} from "./small-consortium.ts";

const commands = await loadCommands([]);

let output = "";
let notes = "";

/** Runs `consilium ...words` in this process and gives what it printed on standard output. */
async function printed(...words: readonly string[]): Promise<string> {
  output = "";
  notes = "";
  expect(await runProgram(words, commands, "1.2.3")).toBe(0);
  return output;
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    output += `${text}\n`;
  });
  vi.spyOn(console, "error").mockImplementation((text: string) => {
    notes += `${text}\n`;
  });
  vi.spyOn(process.stdout, "write").mockImplementation((bytes) => {
    output += new TextDecoder().decode(bytes as Uint8Array);
    return true;
  });
});
afterEach(() => void vi.restoreAllMocks());

describe("consilium init", () => {
  it("makes a key for its owner alone and prints a line that a roster takes", async () => {
    const {root} = await smallConsortium();
    const state = join(root, "new state");
    const line = await printed("init", "--state", state, "--site", "east");
    expect(notes).toMatch(/A new key is in .*new state\.\n/);
    expect(notes).toMatch(/Fingerprint, to compare by voice: ([a-z]+ ?){6}\n/);
    const roster = parseRoster(`formatVersion: 1\nconsortium: heart\nmembers:\n${line}`, "roster.yaml");
    expect(roster.members).toMatchObject([{name: "east", role: "trainer"}]);
    expect((await stat(join(state, "node.key"))).mode & 0o077).toBe(0);
  });

  it("keeps a key that is there, and prints the same line again", async () => {
    const {first} = await smallConsortium();
    const before = await readFile(join(first.state, "node.key"));
    expect(await printed("init", "--state", first.state, "--site", "north")).toContain(first.peerId);
    expect(notes).toContain("was there already and is kept");
    expect(await readFile(join(first.state, "node.key"))).toEqual(before);
  });
});

describe("consilium plan new", () => {
  it("prints a plan for the task and the roster, with the task's own preset", async () => {
    const {root, taskFile} = await smallConsortium();
    const text = await printed("plan", "new", "--task", taskFile, "--roster", join(root, "roster.yaml"));
    const {plan} = parsePlan(new TextEncoder().encode(text), "plan.yaml");
    expect(plan).toMatchObject({
      consortium: "synthetic-heart-on-this-machine",
      task: taskIdentity((await readTask(taskFile)).task),
      start: {members: 2},
      privacy: {disclosure: "public"},
    });
  });

  it("never declares public the data of a task that is not the preset's", async () => {
    const {root, taskFile, edit} = await smallConsortium();
    await edit(taskFile, (text) => text.replace("name: synthetic-heart", "name: ours"));
    for (const preset of [[], ["--preset", "fed-heart-disease"]]) {
      const text = await printed(
        "plan",
        "new",
        "--task",
        taskFile,
        "--roster",
        join(root, "roster.yaml"),
        ...preset,
      );
      const {plan} = parsePlan(new TextEncoder().encode(text), "plan.yaml");
      expect([plan.name, plan.privacy.disclosure], preset.join(" ")).toEqual(["ours", "consent"]);
    }
  });
});

describe("consilium plan show", () => {
  it("says what a plan means, for whom, and the hash to approve", async () => {
    const {root, taskFile, plan} = await smallConsortium();
    const planFile = join(root, "plan.yaml");
    const text = await printed(
      "plan",
      "show",
      planFile,
      "--roster",
      join(root, "roster.yaml"),
      "--task",
      taskFile,
    );
    for (const part of [
      "north, south (2 sites)",
      '"disease"',
      "What leaves a site",
      `Hash to approve: ${plan.hash}`,
    ]) {
      expect(text).toContain(part);
    }
  });

  it("shows the hash without the other files, and asks for both of them or none", async () => {
    const {root, plan} = await smallConsortium();
    const planFile = join(root, "plan.yaml");
    expect(await printed("plan", "show", planFile)).toContain(`Hash to approve: ${plan.hash}`);
    const alone = (...flag: string[]) => printed("plan", "show", planFile, ...flag).catch(errorLine);
    expect(await alone("--roster", join(root, "roster.yaml"))).toBe(
      "CLI_USAGE: --roster is given without --task. Add --task FILE; or leave --roster out, and only the plan's names and hash are shown.",
    );
    expect(await alone("--task", join(root, "task.yaml"))).toMatch(
      /^CLI_USAGE: --task is given without --roster\. Add --roster FILE; /,
    );
  });

  it("refuses to explain a plan by another task or another consortium", async () => {
    const {root, taskFile, edit} = await smallConsortium();
    const [planFile, rosterFile] = [join(root, "plan.yaml"), join(root, "roster.yaml")];
    const show = (): Promise<string> =>
      printed("plan", "show", planFile, "--roster", rosterFile, "--task", taskFile).catch(errorLine);
    await edit(taskFile, (text) =>
      text.replace("column: disease", "column: sex").replace("name: sex", "name: disease"),
    );
    expect(await show()).toMatch(/^CLI_PLAN_FOREIGN: the task file's data contract/);
    await edit(rosterFile, (text) => text.replace("consortium: synthetic-heart", "consortium: other"));
    expect(await show()).toMatch(/^CLI_PLAN_FOREIGN: the plan is for the consortium/);
  });
});

describe("consilium data check", () => {
  it("tells the contract and counts in ranges, and no value", async () => {
    const {taskFile} = await smallConsortium();
    const text = await printed("data", "check", "--task", taskFile, "--site", "north");
    expect(text).toContain(taskIdentity((await readTask(taskFile)).task).contract);
    expect(text).toMatch(/^train +100-199 +50-99 +50-99$/m);
    expect(text).toMatch(/^rows left out 1-9, as a value is missing/m);
    expect(text).not.toContain("synthetic-north-");
  });

  it("refuses a site with too few patients, as the daemon would", async () => {
    const {root, taskFile} = await smallConsortium();
    const file = join(root, "north.csv");
    const lines = (await readFile(file, "utf8")).split("\n");
    await writeFile(file, `${lines.slice(0, 2).join("\n")}\n`);
    const line = await printed("data", "check", "--task", taskFile, "--site", "north").catch(errorLine);
    expect(line).toMatch(/^CLI_TOO_FEW_PATIENTS: north has fewer than 2 train patients\./);
    await rm(file);
    expect(await printed("data", "check", "--task", taskFile, "--site", "north").catch(errorLine)).toMatch(
      /^DATA_FILE_MISSING: /,
    );
  });
});

describe("consilium status", () => {
  it("says in one line that no daemon answers, and that a free port cannot be guessed", async () => {
    const {first} = await smallConsortium();
    const silent = await printed("status", "--url", "http://127.0.0.1:1").catch(errorLine);
    expect(silent).toMatch(
      /^CLI_STATUS_UNREACHABLE: no daemon answers at http:\/\/127\.0\.0\.1:1\. Start it with/,
    );
    const unknown = await printed("status", "--config", first.configPath).catch(errorLine);
    expect(unknown).toMatch(/^CLI_USAGE: node\.yaml lets the node take any free status port\./);
  });
});
