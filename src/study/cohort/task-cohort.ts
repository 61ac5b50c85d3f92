import {dirname, resolve} from "node:path";
import {type ExperimentData, findPreset} from "../../config/index.ts";
import {CodedError} from "../../core/index.ts";
import {featuresOf, type LocatedTask, readTask, taskIdentity} from "../../data/index.ts";
import {
  type Cohort,
  readExternalSites,
  readSites,
  type SimulationErrorCode,
  type SiteData,
} from "../../simulation/index.ts";
import type {CohortQuery} from "./cohort-query.ts";
import {dealSites, deckOf} from "./deal-sites.ts";
import {drawPatients} from "./draw-patients.ts";

type TaskData = Extract<ExperimentData, {source: "task"}>;

/**
 * Locates a task. A name with a slash or an ending is a file, relative to the experiment's folder; any other
 * is a preset's.
 */
async function locateTask(task: string, folder: string): Promise<LocatedTask> {
  if (/[/\\]|\.ya?ml$/.test(task)) return await readTask(resolve(folder, task));
  const {taskFile} = await findPreset(task);
  return {...(await readTask(taskFile)), folder: dirname(taskFile)};
}

/** The task's sites: those that train, and those that the task or the experiment uses only for testing. */
function rolesOf({task}: LocatedTask, asked: readonly string[]): {training: string[]; external: string[]} {
  const named = task.external === "each" ? asked : [...new Set([...task.external, ...asked])];
  const training = Object.keys(task.sites).filter((site) => !named.includes(site));
  if (training.length > 0) return {training, external: [...named]};
  throw new CodedError<SimulationErrorCode>(
    "SIMULATION_NOBODY_TRAINS",
    `all sites of task ${task.name} are external`,
    {hint: "Leave a site out of data.external."},
  );
}

function requireTests(task: string, sites: readonly SiteData[]): void {
  if (sites.some(({split}) => split.test.patients > 0)) return;
  throw new CodedError<SimulationErrorCode>(
    "SIMULATION_NOBODY_TESTED",
    `no site of task ${task} has test patients`,
    {hint: "Name a site under data.external, or raise test under the task's split."},
  );
}

/**
 * Opens the patients of a task's files.
 * @throws {CodedError} CONFIG_PRESET_*, DATA_*, SIMULATION_NOBODY_TRAINS, SIMULATION_NOBODY_TESTED
 */
export async function openTaskCohort(data: TaskData, query: CohortQuery): Promise<Cohort> {
  const {seed, folder, variables, tell} = query;
  const located = await locateTask(data.task, folder);
  const {task} = located;
  const roles = rolesOf(located, data.external);
  const read = await readSites({...located, sites: roles.training, seed, variables, tell});
  const external = await readExternalSites({...located, sites: roles.external, variables, tell});
  const own = read.map((site) => drawPatients(site, data.patientsPerSite, seed));
  requireTests(task.name, [...own, ...external]);
  const {contract, input} = taskIdentity(task);
  const {partition} = data;
  const isSurvival = task.kind === "tabular" && task.label.time !== undefined;
  return {
    kind: isSurvival ? "survival" : "binary",
    classes: isSurvival ? 1 : 2,
    isSynthetic: task.synthetic,
    source: task.source,
    contract,
    input,
    features: featuresOf(task),
    sites: partition.type === "natural" ? own : dealSites(deckOf(own), partition, seed, contract),
    external,
  };
}
