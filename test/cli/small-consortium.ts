import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {onTestFinished} from "vitest";
import {parseDocument} from "yaml";
import {prepareWorkspace, type Workspace, type WorkspaceSite} from "../../src/cli/demo/workspace.ts";
import {findPreset} from "../../src/config/index.ts";
import {readTask} from "../../src/data/index.ts";

/** A consortium of synthetic hospitals in a folder of its own, which goes when the test ends. */
export interface SmallConsortium extends Workspace {
  readonly first: WorkspaceSite;
  readonly second: WorkspaceSite;
  /** A copy of the task and of its data in the folder, to be damaged. */
  readonly taskFile: string;
  /** Writes `change` of a file's text back. */
  edit(path: string, change: (text: string) => string): Promise<void>;
  /** Sets a key of a site's node.yaml. */
  set(site: WorkspaceSite, key: string, value: unknown): Promise<void>;
}

/** A {@link SmallConsortium} of two sites whose run takes `rounds` rounds of training. */
export async function smallConsortium(rounds = 3): Promise<SmallConsortium> {
  const root = await mkdtemp(join(tmpdir(), "consilium cli "));
  onTestFinished(() => rm(root, {recursive: true, force: true, maxRetries: 3}));
  const preset = await findPreset("synthetic-heart");
  const located = await readTask(preset.taskFile);
  const taskFile = join(root, "task.yaml");
  const text = await readFile(preset.taskFile, "utf8");
  await writeFile(taskFile, text.replace("root: ../synthetic-heart", "root: ."));
  for (const name of ["north", "south"]) {
    const file = join(located.folder, located.task.root, `${name}.csv`);
    await writeFile(join(root, `${name}.csv`), await readFile(file));
  }
  const {task} = await readTask(taskFile);
  const sites = ["north", "south"];
  const workspace = await prepareWorkspace({
    root,
    taskFile,
    task,
    sites,
    settings: {...preset.settings, rounds},
  });
  const [first, second] = workspace.sites;
  if (first === undefined || second === undefined) throw new Error("two sites were asked for");
  const edit = async (path: string, change: (text: string) => string): Promise<void> =>
    writeFile(path, change(await readFile(path, "utf8")));
  return {
    ...workspace,
    first,
    second,
    taskFile,
    edit,
    set: (site, key, value) =>
      edit(site.configPath, (before) => {
        const document = parseDocument(before);
        document.set(key, value);
        return document.toString();
      }),
  };
}
