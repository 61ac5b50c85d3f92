import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {parseDocument} from "yaml";
import {prepareWorkspace, type Workspace, type WorkspaceSite} from "../../src/cli/demo/workspace.ts";
import {composePlan, findPreset, type PlanSettings} from "../../src/config/index.ts";
import {type IdentifiedPlan, type Plan, parsePlan} from "../../src/consortium/index.ts";
import {type LocatedTask, readTask} from "../../src/data/index.ts";
import {type Daemon, type NodeStatus, startDaemon} from "./daemon.ts";
import {type Probe, until} from "./until.ts";

const START_LIMIT_MS = 60_000;
const LAST_LINES = 25;

/** What a consortium of processes is made of. */
export interface ConsortiumOptions {
  /** Sites of the task, in the order of the roster file; see {@link SITES}. */
  readonly sites: readonly string[];
  readonly rounds: number;
  readonly localSteps: number;
  readonly deadline: Plan["deadline"];
  /** With how many members the run begins; all when absent. */
  readonly startMembers?: number;
  /** Flags of Node for the daemons. */
  readonly nodeFlags?: readonly string[];
  /** Settings of the plan that differ from the preset's. */
  readonly settings?: Partial<PlanSettings>;
}

/** The sites of the task: unequal shares of the synthetic preset's patients. */
export const SITES: readonly string[] = ["north", "south", "east", "west", "centre"];

/** A hospital of a {@link Consortium}: its files, and its present daemon if it has been started. */
export interface Site extends WorkspaceSite {
  daemon: Daemon | null;
}

/** A consortium of real daemons below a temporary folder. */
export interface Consortium {
  readonly root: string;
  readonly task: LocatedTask;
  readonly plan: IdentifiedPlan;
  readonly sites: readonly Site[];
  /** The last round of the run: two rounds of federated statistics come before those of training. */
  readonly lastRound: number;
  site(name: string): Site;
  /** Sets keys of a site's node.yaml. */
  configure(site: Site, changes: Readonly<Record<string, unknown>>): Promise<void>;
  /** Starts a site's daemon, which knows of the others an address of each of `from` at most. */
  launch(site: Site, ...from: readonly (NodeStatus | undefined)[]): Promise<Daemon>;
  /** {@link launch}, then waits for its first status. */
  start(site: Site, ...from: readonly (NodeStatus | undefined)[]): Promise<NodeStatus>;
  /** The status of each of `of`, which must be running. */
  statuses(of: readonly Site[]): Promise<NodeStatus[]>;
  /** {@link until}, but a daemon that ends by itself meanwhile is a failure at once. */
  until<Answer>(what: string, limitMs: number, probe: Probe<Answer>): Promise<Answer>;
  /** Where everyone stands, for the message of a failure. */
  describe(): Promise<string>;
  /** Kills what still runs, and removes the folder. */
  close(): Promise<void>;
}

/** The preset's data with north's file cut in two, so that there are five sites. */
async function writeTask(root: string): Promise<string> {
  const preset = await findPreset("synthetic-heart");
  const {folder, task} = await readTask(preset.taskFile);
  const data = join(root, "data");
  await mkdir(data);
  for (const name of ["north", "south", "east", "west"]) {
    const rows = (await readFile(join(folder, task.root, `${name}.csv`), "utf8")).trimEnd().split("\n");
    const [header = "", ...patients] = rows;
    const cut = name === "north" ? 200 : patients.length;
    await writeFile(join(data, `${name}.csv`), `${[header, ...patients.slice(0, cut)].join("\n")}\n`);
    if (name === "north") {
      await writeFile(join(data, "centre.csv"), `${[header, ...patients.slice(cut)].join("\n")}\n`);
    }
  }
  const document = parseDocument(await readFile(preset.taskFile, "utf8"));
  document.set("root", "data");
  document.set("sites", Object.fromEntries(SITES.map((name) => [name, {file: `${name}.csv`}])));
  const path = join(root, "task.yaml");
  await writeFile(path, document.toString());
  return path;
}

function settingsOf(settings: PlanSettings, options: ConsortiumOptions): PlanSettings {
  const {rounds, localSteps, deadline} = options;
  const changed = {...settings, ...options.settings, rounds, deadline};
  return {...changed, training: {...changed.training, localSteps}};
}

/** Rewrites the workspace's plan so that it begins as `options` say. */
async function writePlan(
  {root, plan}: Workspace,
  settings: PlanSettings,
  {sites, startMembers = sites.length}: ConsortiumOptions,
): Promise<IdentifiedPlan> {
  const {name, consortium, task} = plan.plan;
  const start = {members: startMembers, patients: 1, waitSeconds: startMembers < sites.length ? 0 : 30};
  const bytes = composePlan(settings, {name, consortium, task, start});
  await writeFile(join(root, "plan.yaml"), bytes);
  return parsePlan(bytes, "plan.yaml");
}

async function editYaml(path: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const document = parseDocument(await readFile(path, "utf8"));
  for (const [key, value] of Object.entries(changes)) document.set(key, value);
  await writeFile(path, document.toString());
}

/** Writes another plan for one site, which then approves that one; `change` of the consortium's settings. */
export async function giveOtherPlan(
  {plan: {plan}, configure, root}: Consortium,
  site: Site,
  change: Partial<Plan>,
): Promise<void> {
  const {name, consortium, start, task, ...rest} = {...plan, ...change};
  const {standardisation, ...identified} = task;
  const facts = {name, consortium, start, task: identified};
  const bytes = composePlan({...rest, task: {standardisation}}, facts);
  const path = join(root, site.name, "plan.yaml");
  await writeFile(path, bytes);
  await configure(site, {plan: path, approvedPlan: parsePlan(bytes, path).hash});
}

/** A {@link Consortium}; close it when the test ends. */
export async function createConsortium(options: ConsortiumOptions): Promise<Consortium> {
  const root = await mkdtemp(join(tmpdir(), "consilium process "));
  const taskFile = await writeTask(root);
  const task = await readTask(taskFile);
  const preset = await findPreset("synthetic-heart");
  const settings = settingsOf(preset.settings, options);
  const workspace = await prepareWorkspace({root, taskFile, task: task.task, sites: options.sites, settings});
  const plan = await writePlan(workspace, settings, options);
  const sites: Site[] = workspace.sites.map((site) => ({...site, daemon: null}));
  const configure: Consortium["configure"] = (site, changes) => editYaml(site.configPath, changes);
  for (const site of sites) {
    await configure(site, {approvedPlan: plan.hash, log: {level: "debug", format: "text"}});
  }
  const started: Daemon[] = [];

  const describe = async (): Promise<string> => {
    const texts = sites.map(async ({name, daemon}) => {
      if (daemon === null) return `${name}: never started`;
      const status = await daemon.status();
      const {activity, round, waitingFor, peers} = status ?? {};
      const links = peers?.map((peer) => `${peer.name} ${peer.link.status} ${peer.link.lastError ?? ""}`);
      const view = JSON.stringify({activity, round, waitingFor, links});
      return [`${name}: ${view}`, ...daemon.lines.slice(-LAST_LINES)].join("\n    ");
    });
    return (await Promise.all(texts)).join("\n");
  };
  const fallen = (before: readonly Site[]): Site | undefined =>
    sites.find((site) => site.daemon?.hasEnded() === true && !before.includes(site));
  const patiently: Consortium["until"] = async (what, limitMs, probe) => {
    const gone = sites.filter(({daemon}) => daemon?.hasEnded() === true);
    try {
      return await until(what, limitMs, async () => {
        const answer = await probe();
        const site = answer === null ? fallen(gone) : undefined;
        if (site !== undefined) throw new Error(`the daemon of ${site.name} ended while waiting for ${what}`);
        return answer;
      });
    } catch (cause) {
      throw new Error(`${String(cause)}\n${await describe()}`, {cause});
    }
  };
  const launch: Consortium["launch"] = async (site, ...from) => {
    await configure(site, {bootstrap: from.flatMap((other) => other?.addresses.slice(0, 1) ?? [])});
    const daemon = startDaemon(site.configPath, options.nodeFlags);
    site.daemon = daemon;
    started.push(daemon);
    return daemon;
  };
  return {
    root,
    task,
    plan,
    sites,
    lastRound: options.rounds + 1,
    site(name) {
      const found = sites.find((site) => site.name === name);
      if (found === undefined) throw new Error(`there is no site ${name}`);
      return found;
    },
    configure,
    launch,
    async start(site, ...from) {
      const daemon = await launch(site, ...from);
      return patiently(`the first status of ${site.name}`, START_LIMIT_MS, () => daemon.status());
    },
    statuses: (of) =>
      Promise.all(
        of.map(({name, daemon}) =>
          patiently(`the status of ${name}`, START_LIMIT_MS, async () => (await daemon?.status()) ?? null),
        ),
      ),
    until: patiently,
    describe,
    async close() {
      const running = started.filter((daemon) => !daemon.hasEnded());
      await Promise.all(running.map((daemon) => daemon.end("SIGKILL")));
      await rm(root, {recursive: true, force: true, maxRetries: 3});
    },
  };
}
