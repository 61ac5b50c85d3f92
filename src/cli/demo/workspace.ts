import {randomBytes} from "node:crypto";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {stringify} from "yaml";
import {composePlan, type NodeConfig, type PlanSettings, withQuorumRule} from "../../config/index.ts";
import {
  createIdentity,
  type IdentifiedPlan,
  parsePlan,
  parseRoster,
  type Roster,
} from "../../consortium/index.ts";
import {type Task, taskIdentity} from "../../data/index.ts";
import {openStateDirectory} from "../../storage/index.ts";

const START_WAIT_SECONDS = 30;
const TOKEN_FILE = "status.token";
/** 32 hexadecimal digits, which a person can copy. */
const TOKEN_BYTES = 16;

/** The parts of a consortium on one machine. */
export interface WorkspaceOptions {
  /** Absolute path of an existing folder; everything is written below it. */
  readonly root: string;
  /** Absolute path of the task file. */
  readonly taskFile: string;
  readonly task: Task;
  /** Sites of the task that train. */
  readonly sites: readonly string[];
  /** Sites of the task that only evaluate the final model; none when absent. */
  readonly evaluators?: readonly string[];
  /** Seed and rounds included; change a copy to change them. */
  readonly settings: PlanSettings;
  /** Least number of patients of all sites with which the run begins; 1 when absent. */
  readonly startPatients?: number;
}

/** One site of a {@link Workspace}. */
export interface WorkspaceSite {
  readonly name: string;
  readonly peerId: string;
  /** Absolute path of its node.yaml. */
  readonly configPath: string;
  /** Absolute path of its state directory, which holds its key already. */
  readonly state: string;
}

/** A consortium's files on this machine. */
export interface Workspace {
  readonly root: string;
  readonly sites: readonly WorkspaceSite[];
  readonly roster: Roster;
  readonly plan: IdentifiedPlan;
  /** The token that every site's status server requires. */
  readonly token: string;
  /** Rewrites a site's node.yaml with new values for some keys, such as `bootstrap`. */
  configure(site: WorkspaceSite, changes: ConfigChanges): Promise<void>;
}

/** Possible changes to the configuration that a site is given: loopback, free ports, no bootstrap. */
export type ConfigChanges = Partial<Pick<NodeConfig, "bootstrap" | "listen" | "log" | "backend">> & {
  readonly status?: Partial<NodeConfig["status"]>;
};

async function createSite(root: string, name: string): Promise<WorkspaceSite> {
  const folder = join(root, name);
  const state = join(folder, "state");
  const directory = await openStateDirectory(state);
  try {
    const {peerId} = createIdentity(await directory.createNodeKey());
    return {name, peerId, state, configPath: join(folder, "node.yaml")};
  } finally {
    await directory.close();
  }
}

/**
 * Writes a runnable consortium of `sites` and `evaluators` below `root`: a state directory with a new key and
 * a node.yaml for each site, one roster, and one plan that every site has approved. Starts no daemon and
 * opens no patient file.
 * @throws {CodedError} STORAGE_*, CONSORTIUM_PLAN_INVALID
 */
export async function prepareWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const {root, taskFile, task, settings, startPatients = 1, evaluators = []} = options;
  const consortium = `${task.name}-on-this-machine`.slice(0, 64);
  const sites: WorkspaceSite[] = [];
  for (const name of [...options.sites, ...evaluators]) {
    await mkdir(join(root, name));
    sites.push(await createSite(root, name));
  }
  const rosterText = stringify({
    formatVersion: 1,
    consortium,
    members: sites.map(({name, peerId}) => ({
      name,
      peerId,
      role: evaluators.includes(name) ? "evaluator" : "trainer",
    })),
  });
  const planBytes = composePlan(withQuorumRule(settings, options.sites.length), {
    name: "demo",
    consortium,
    task: taskIdentity(task),
    start: {members: options.sites.length, patients: startPatients, waitSeconds: START_WAIT_SECONDS},
  });
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  await writeFile(join(root, TOKEN_FILE), `${token}\n`, {mode: 0o600});
  await writeFile(join(root, "roster.yaml"), rosterText);
  await writeFile(join(root, "plan.yaml"), planBytes);
  const plan = parsePlan(planBytes, "plan.yaml");
  const configure = (site: WorkspaceSite, changes: ConfigChanges): Promise<void> => {
    const config = {
      formatVersion: 1,
      site: site.name,
      state: "state",
      roster: "../roster.yaml",
      plan: "../plan.yaml",
      approvedPlan: plan.hash,
      task: taskFile,
      listen: ["/ip4/127.0.0.1/tcp/0"],
      status: {host: "127.0.0.1", port: 0, tokenFile: `../${TOKEN_FILE}`},
      ...changes,
    };
    return writeFile(site.configPath, stringify(config));
  };
  for (const site of sites) await configure(site, {});
  return {root, sites, roster: parseRoster(rosterText, "roster.yaml"), plan, token, configure};
}
