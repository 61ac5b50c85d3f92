import {once} from "node:events";
import {mkdtemp, rm} from "node:fs/promises";
import {type AddressInfo, createServer} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {builtModule, builtRoom, type Core} from "./built.ts";

type DaemonModule = typeof import("../../src/cli/demo/daemon.ts");
type WorkspaceModule = typeof import("../../src/cli/demo/workspace.ts");
type Config = typeof import("../../src/config/index.ts");
type Data = typeof import("../../src/data/index.ts");

const PRESET = "synthetic-heart";

type GeneratedTask = typeof import("../../src/cli/demo/generated-task.ts");

/** Hospitals with generated patients in a folder of their own. */
export type SmallConsortium = Awaited<ReturnType<WorkspaceModule["prepareWorkspace"]>>;

/** One of their daemons: `consilium start` in a process of its own. */
export type Daemon = ReturnType<DaemonModule["launchDaemon"]>;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Runs `action` on the hospitals of a preset, who find each other from the address of the first, and removes them. */
export async function withConsortium<Result>(
  rounds: number,
  action: (consortium: SmallConsortium) => Promise<Result>,
  preset = PRESET,
): Promise<Result> {
  const {findPreset} = await builtRoom<Config>("config");
  const {readTask} = await builtRoom<Data>("data");
  const {prepareWorkspace} = await builtModule<WorkspaceModule>("cli/demo/workspace");
  const {withFiles} = await builtModule<GeneratedTask>("cli/demo/generated-task");
  const root = await mkdtemp(join(tmpdir(), "consilium-bench-"));
  try {
    const {taskFile: source, settings} = await findPreset(preset);
    const located = {taskFile: source, ...(await readTask(source))};
    const {taskFile, task} = await withFiles(located, join(root, "data"));
    const sites = Object.keys(task.sites).filter((site) => !task.external.includes(site));
    const consortium = await prepareWorkspace({
      root,
      taskFile,
      task,
      sites,
      settings: {...settings, rounds},
    });
    const address = `/ip4/127.0.0.1/tcp/${await freePort()}`;
    const [first, ...others] = consortium.sites;
    if (first === undefined) throw new Error("the preset has no sites");
    await consortium.configure(first, {listen: [address]});
    for (const site of others) {
      await consortium.configure(site, {bootstrap: [`${address}/p2p/${first.peerId}`]});
    }
    return await action(consortium);
  } finally {
    await rm(root, {recursive: true, force: true, maxRetries: 3});
  }
}

/** Starts the daemon of one site. */
export async function startDaemon(site: SmallConsortium["sites"][number]): Promise<Daemon> {
  const {systemClock} = await builtRoom<Core>("core");
  const {launchDaemon} = await builtModule<DaemonModule>("cli/demo/daemon");
  const {PATH = ""} = process.env;
  return launchDaemon({site, variables: {PATH}, clock: systemClock});
}
