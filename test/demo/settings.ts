import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {prepareWorkspace, type Workspace} from "../../src/cli/demo/workspace.ts";
import {findPreset, type PlanSettings} from "../../src/config/index.ts";
import {featuresOf, type LocatedTask, readTask} from "../../src/data/index.ts";
import {type ComputeBackend, openBackend} from "../../src/model/index.ts";
import {readSites, type SiteData} from "../../src/simulation/index.ts";
import {createLocalExperiment, type LocalExperiment} from "../../src/study/index.ts";

/** Sites of the preset synthetic-heart, of unequal sizes. */
export const SITES = ["north", "east", "west"];
export const SEED = 7;
/** How far the network may be from central FedAvg, relative to its parameters. */
export const TOLERANCE = 1e-6;

/** The preset's task and settings, with 10 rounds of full batches, and every round's model kept. */
export async function fullBatches(
  codec: "f32" | "fp16",
  standardisation: "site" | "federated",
): Promise<{readonly located: LocatedTask; readonly taskFile: string; readonly settings: PlanSettings}> {
  const {taskFile, settings} = await findPreset("synthetic-heart");
  return {
    taskFile,
    located: await readTask(taskFile),
    settings: {
      ...settings,
      seed: SEED,
      rounds: 10,
      task: {standardisation},
      mixing: {...settings.mixing, codec},
      training: {...settings.training, batchSize: "all", localSteps: 3},
      deadline: {minimumSeconds: 20, maximumSeconds: 30},
      retention: {models: 100},
    },
  };
}

/** The experiment of these settings, on a backend that the caller closes. */
export async function openExperiment(
  located: LocatedTask,
  settings: PlanSettings,
): Promise<{
  readonly backend: ComputeBackend;
  readonly experiment: LocalExperiment;
  readonly sites: SiteData[];
}> {
  const {backend} = await openBackend("auto");
  const plan = {...settings, seed: SEED};
  const sites = await readSites({...located, sites: SITES, seed: SEED, variables: {}});
  return {backend, experiment: createLocalExperiment(backend, plan, featuresOf(located.task)), sites};
}

/** A workspace in a folder of its own, which is removed after `action`. */
export async function inWorkspace(
  located: LocatedTask,
  {taskFile, settings}: {readonly taskFile: string; readonly settings: PlanSettings},
  action: (workspace: Workspace) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "consilium-equality-"));
  try {
    await action(await prepareWorkspace({root, taskFile, task: located.task, sites: SITES, settings}));
  } finally {
    await rm(root, {recursive: true, force: true});
  }
}

/** |a - b| / |b| in the Euclidean norm. */
export function relativeDistance(a: Float32Array, b: Float32Array): number {
  const norm = (vector: ArrayLike<number>): number => Math.hypot(...Array.from(vector));
  return norm(a.map((value, index) => value - (b[index] ?? 0))) / norm(b);
}
