import {cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeAll, describe, expect, it, onTestFinished, vi} from "vitest";
import {stringify} from "yaml";
import {loadCommands} from "../../src/cli/commands/registry.ts";
import {runProgram} from "../../src/cli/program.ts";
import {findPreset} from "../../src/config/index.ts";
import {runId} from "../../src/consortium/index.ts";
import {errorLine, sha256} from "../../src/core/index.ts";
import {featuresOf} from "../../src/data/index.ts";
import {FILE_NAMES, type FinishedRun} from "../../src/lineage/index.ts";
import {writeRecord} from "../../src/node/records/records.ts";
import {sealSplit} from "../../src/node/site/sealed-split.ts";
import {createSnapshot} from "../../src/parameters/index.ts";
import {planStages} from "../../src/participant/index.ts";
import {openStateDirectory} from "../../src/storage/index.ts";
import {finishedRun} from "../lineage/finished-run.ts";
import {keyFileOf, SITES, type ThreeSites, threeSites} from "../node/three-sites.ts";

const SEALED = {manifest: "cd".repeat(32), parts: {train: ["aa"], validation: [], test: ["bb"]}};
const commands = await loadCommands([]);

let consortium: ThreeSites;
let finished: FinishedRun;
beforeAll(async () => {
  const planned = await threeSites({quorum: {rule: "majority", weightShare: 0}});
  const plan = {...planned.plan.plan, start: {...planned.plan.plan.start, members: 2}};
  consortium = {...planned, plan: {...planned.plan, plan}};
  finished = await finishedRun({consortium});
});
afterEach(() => vi.restoreAllMocks());

async function temporary(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "consilium model "));
  onTestFinished(() => rm(root, {recursive: true, force: true}));
  return root;
}

/** A finished member on the disk: state, papers and node.yaml. @param held the rounds whose certificates it has */
async function member(
  root: string,
  site: string,
  run = finished,
  held: (round: number) => boolean = () => true,
) {
  const folder = join(root, site);
  const state = join(folder, "state");
  await mkdir(state, {recursive: true, mode: 0o700});
  await writeFile(join(state, "node.key"), keyFileOf(site), {mode: 0o600});
  const opened = await openStateDirectory(state);
  const storage = await opened.openRun(runId(run.plan.hash, 1));
  await sealSplit(storage, null, SEALED);
  const stages = planStages(run.plan.plan, featuresOf(consortium.task.task));
  for (const certificate of run.certificates) {
    const {round} = certificate.body;
    if (!held(round)) continue;
    const {layout, values} = stages.shapeOf(round);
    const made = Float32Array.from({length: values}, (_, index) => (round + 1) / (index + 3));
    await writeRecord(storage, {
      kind: "certificate",
      certificate,
      snapshot: createSnapshot(sha256, layout, made),
    });
  }
  await opened.close();
  const {taskFile} = await findPreset("synthetic-heart");
  await writeFile(join(folder, "plan.yaml"), run.planBytes);
  await writeFile(join(folder, "roster.yaml"), stringify(run.roster));
  const config = {formatVersion: 1, site, state, roster: "roster.yaml", plan: "plan.yaml", task: taskFile};
  const configPath = join(folder, "node.yaml");
  await writeFile(configPath, stringify({...config, approvedPlan: run.plan.hash}));
  return {folder, state, configPath};
}

/** Runs a command in this process. */
async function consilium(...words: string[]) {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((text: unknown) => void lines.push(String(text)));
  try {
    return {status: await runProgram(words, commands, "1.2.3"), text: lines.join("\n"), line: ""};
  } catch (error) {
    return {status: null, text: lines.join("\n"), line: errorLine(error)};
  }
}

/** A folder that north exported. */
async function exported(root: string, run = finished) {
  const {configPath, folder, state} = await member(root, "north", run);
  const out = join(root, "model");
  const ended = await consilium("model", "export", "--config", configPath, "--out", out);
  expect(ended).toMatchObject({status: 0, line: ""});
  return {out, folder, state, configPath, ended};
}

describe("consilium model export and verify-model", () => {
  it("hand a model on, and prove whose it is", async () => {
    const root = await temporary();
    const {out, folder, ended} = await exported(root);
    expect((await readdir(out)).sort()).toEqual(Object.values(FILE_NAMES).toSorted());
    expect(ended.text).toContain(`model     ${finished.result.hash}`);
    const own = await consilium("verify-model", out);
    expect(own).toMatchObject({status: 0});
    expect(own.text).toMatch(
      /^verified: the model of plan test, trained by the consortium three-sites in 5 rounds$/m,
    );
    expect(own.text).toMatch(/^warning: the roster is the folder's own/m);
    expect(own.text).toMatch(/Research use only\. This is not a medical device/);
    const papers = ["--roster", join(folder, "roster.yaml"), "--plan", join(folder, "plan.yaml")];
    const held = await consilium("verify-model", out, ...papers);
    expect(held.status).toBe(0);
    expect(held.text).not.toMatch(/warning/);
    const json = await consilium("verify-model", out, "--json", ...papers);
    expect(JSON.parse(json.text)).toMatchObject({
      formatVersion: 1,
      verified: true,
      heldAgainst: {roster: true, plan: true},
      model: finished.result.hash,
      neverContributed: [],
    });
  });

  it("end with status 3 when a trainer never contributed", async () => {
    const pair = ["north", "south"];
    const run = await finishedRun({consortium, attendance: () => ({contribute: pair, vote: SITES})});
    const {out} = await exported(await temporary(), run);
    expect(await consilium("verify-model", out)).toMatchObject({
      status: 3,
      text: expect.stringContaining("warning: never contributed: east"),
    });
  });

  it("keep one signing key for all exports, readable by its owner alone", async () => {
    const root = await temporary();
    const {out, state, configPath} = await exported(root);
    const again = join(root, "again");
    expect((await consilium("model", "export", "--config", configPath, "--out", again)).status).toBe(0);
    const keyIn = (folder: string): Promise<string> => readFile(join(folder, FILE_NAMES.signingKey), "utf8");
    expect(await keyIn(again)).toBe(await keyIn(out));
    expect((await stat(join(state, "model-signing.key"))).mode & 0o777).toBe(0o600);
    await writeFile(join(state, "model-signing.key"), keyFileOf("north"));
    const refused = await consilium("model", "export", "--config", configPath, "--out", join(root, "third"));
    expect(refused.line).toMatch(/^STORAGE_KEY_MALFORMED: .*model-signing\.key is not a P-256 private key/);
  });

  it("refuse a site that missed rounds, until another member's certificates fill the gap", async () => {
    const root = await temporary();
    const north = await member(root, "north", finished, (round) => round !== 1 && round !== 2);
    const south = await member(root, "south", finished, (round) => round !== 3);
    const out = join(root, "model");
    const words = ["model", "export", "--config", north.configPath, "--out", out];
    expect((await consilium(...words)).line).toMatch(
      /^LINEAGE_CHAIN_BROKEN: the certificate of round 2 is missing.*`consilium model certificates` there/,
    );
    const file = join(root, "south.cbor");
    const handed = await consilium("model", "certificates", "--config", south.configPath, "--out", file);
    expect(handed).toMatchObject({status: 0, text: `${file} holds the certificates of 4 rounds`});
    expect(await consilium(...words, "--certificates", file)).toMatchObject({status: 0, line: ""});
    expect((await consilium("verify-model", out)).status).toBe(0);
    await writeFile(file, "something else");
    const refused = await consilium(...words, "--certificates", file);
    expect(refused.line).toMatch(/^LINEAGE_CERTIFICATES_MALFORMED: /);
  });

  it("refuse before the run has ended, and a folder that is not empty", async () => {
    const root = await temporary();
    const {configPath, folder} = await member(root, "north", finished, (round) => round < 4);
    const early = await consilium("model", "export", "--config", configPath, "--out", join(root, "out"));
    expect(early.line).toMatch(/^NODE_RUN_UNFINISHED: /);
    const done = await exported(join(root, "done"));
    const full = await consilium("model", "export", "--config", done.configPath, "--out", folder);
    expect(full.line).toMatch(/^CLI_USAGE: --out: .* is not empty/);
  });

  it("refuse what somebody put into the folder or took out, but no traces of version control", async () => {
    const root = await temporary();
    const {out} = await exported(root);
    const copy = async (name: string): Promise<string> => {
      const to = join(root, name);
      await cp(out, to, {recursive: true});
      return to;
    };
    const lineOf = async (folder: string): Promise<string> => (await consilium("verify-model", folder)).line;
    const versioned = await copy("versioned");
    await mkdir(join(versioned, ".git"));
    await writeFile(join(versioned, ".gitattributes"), "*.safetensors binary\n");
    expect(await consilium("verify-model", versioned)).toMatchObject({status: 0});
    const more = await copy("more");
    await writeFile(join(more, "pickle.bin"), "");
    expect(await lineOf(more)).toMatch(/^LINEAGE_FILE_FOREIGN: pickle\.bin /);
    const linked = await copy("linked");
    await rm(join(linked, FILE_NAMES.card));
    await symlink(join(out, FILE_NAMES.card), join(linked, FILE_NAMES.card));
    expect(await lineOf(linked)).toMatch(/^LINEAGE_FILE_FOREIGN: model\.json /);
    const less = await copy("less");
    await rm(join(less, FILE_NAMES.bundle));
    expect(await lineOf(less)).toMatch(/^LINEAGE_FILE_MISSING: there is no file model\.sig/);
    expect(await lineOf(join(root, "nowhere"))).toMatch(
      /^CLI_INPUT_UNREADABLE: cannot read the folder .*ENOENT/,
    );
    const changed = await copy("changed");
    await writeFile(join(changed, FILE_NAMES.plan), "rounds: 9\n");
    expect(await lineOf(changed)).toMatch(/^LINEAGE_FILE_CHANGED: plan\.yaml /);
  });
});

describe("consilium predict with a folder", () => {
  const lineOf = async (...words: string[]): Promise<string> => (await consilium("predict", ...words)).line;

  it("scores the patients of a site outside the run, after verification", async () => {
    const root = await temporary();
    // Its scaling is the site's own: made-up statistics of all sites would scale everything to 0.
    const run = await finishedRun({consortium: await threeSites({task: {standardisation: "site"}})});
    const {out, folder} = await exported(root, run);
    const {taskFile} = await findPreset("synthetic-heart");
    const site = ["--task", taskFile, "--site", "west", "--roster", join(folder, "roster.yaml")];
    const results = join(root, "results");
    const ended = await consilium("predict", "--model", out, ...site, "--out", results);
    expect(ended).toMatchObject({status: 0, line: ""});
    expect(ended.text).toMatch(/^verified: /m);
    const rows = (await readFile(join(results, "new", "patient-preds.csv"), "utf8")).trimEnd().split("\n");
    expect(rows.length).toBeGreaterThan(50);
    const scores = rows.slice(1).map((row) => Number(row.split(",")[4]));
    expect(new Set(scores).size).toBeGreaterThan(10);
    await writeFile(join(out, FILE_NAMES.weights), "");
    expect(await lineOf("--model", out, ...site, "--out", join(root, "more"))).toMatch(
      /^LINEAGE_FILE_CHANGED: /,
    );
  });

  it("refuses a mixture of flags, and a task of another contract", async () => {
    const root = await temporary();
    const {out, configPath} = await exported(root);
    const results = ["--out", join(root, "results")];
    expect(await lineOf("--model", out, ...results)).toMatch(/^CLI_USAGE: --model is given without --task/);
    expect(await lineOf(...results)).toMatch(/^CLI_USAGE: either --config or --model/);
    expect(await lineOf("--config", configPath, "--model", out, ...results)).toMatch(/^CLI_USAGE: either/);
    expect(await lineOf("--config", configPath, "--site", "west", ...results)).toMatch(
      /^CLI_USAGE: --config names/,
    );
    const {taskFile} = await findPreset("synthetic-heart");
    const other = join(root, "task.yaml");
    const text = await readFile(taskFile, "utf8");
    await writeFile(other, text.replace(/name: synthetic-heart/, "name: another"));
    const words = ["--model", out, "--task", other, "--site", "west", ...results];
    expect(await lineOf(...words)).toMatch(/^CLI_PLAN_FOREIGN: .*contract\.json/);
  });
});
