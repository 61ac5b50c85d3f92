import {loadNodeConfig, type NodeConfig} from "../../config/index.ts";
import type {Plan} from "../../consortium/index.ts";
import {type LocatedTask, readTask, type Standardiser} from "../../data/index.ts";
import {appliedModel, verifyModel} from "../../lineage/index.ts";
import {readFinalModel} from "../../node/index.ts";
import type {PAPER_OPTIONS} from "../certified-model/brought-papers.ts";
import {readPapers} from "../certified-model/brought-papers.ts";
import {readModelFolder} from "../certified-model/model-folder.ts";
import {verifiedLines} from "../certified-model/verified-text.ts";
import {usageError} from "../command.ts";
import {readPlan, readRoster} from "../input-file.ts";
import {readOutsidePatients} from "./outside-patients.ts";
import {type OwnPatients, readOwnPatients} from "./own-patients.ts";

/** A model that a site applies, and the site's patients. */
export interface ChosenModel {
  readonly site: string;
  readonly located: LocatedTask;
  readonly plan: Plan;
  readonly hash: string;
  /** `[layoutSize]`. */
  readonly parameters: Float32Array;
  /** Null if the model carries no scaling. */
  readonly standardiser: Standardiser | null;
  readonly backend: NodeConfig["backend"];
  readonly patients: OwnPatients;
  /** The outcome of the model's verification. */
  readonly lines: readonly string[];
}

/** The flags that choose a model: a member's configuration, or a folder with site and task. */
export type ModelFlags = Readonly<
  Record<"config" | "model" | "task" | "site" | keyof typeof PAPER_OPTIONS, string | undefined>
>;

/** @throws CLI_USAGE for maps of tiles that the task does not have */
async function readTiledTask(path: string, tiles: boolean): Promise<LocatedTask> {
  const located = await readTask(path);
  if (!tiles || located.task.kind === "slides") return located;
  throw usageError("--tiles: the task has no tiles", "Leave it out.");
}

async function ownModel(configPath: string, tiles: boolean): Promise<ChosenModel> {
  const config = await loadNodeConfig(configPath);
  const {site, state, attempt, backend} = config;
  const roster = await readRoster(config.roster);
  const plan = await readPlan(config.plan);
  const located = await readTiledTask(config.task, tiles);
  const final = await readFinalModel({state, attempt, plan, task: located.task});
  const {sealed, values} = final;
  const variables = process.env;
  const patients = await readOwnPatients({site, located, plan, roster, sealed, values, variables});
  return {...final, site, located, plan: plan.plan, backend, patients, lines: []};
}

async function foreignModel(
  folder: string,
  {site, task, roster, plan}: ModelFlags,
  tiles: boolean,
): Promise<ChosenModel> {
  if (task === undefined || site === undefined) {
    throw usageError("--model is given without --task and --site", "Add --task FILE --site NAME.");
  }
  const located = await readTiledTask(task, tiles);
  const verified = verifyModel(await readModelFolder(folder), await readPapers({roster, plan}));
  const applied = appliedModel(verified);
  const {facts, result} = verified;
  const patients = await readOutsidePatients({site, located, facts, variables: process.env});
  return {
    ...applied,
    site,
    located,
    plan: facts.plan.plan,
    hash: result.hash,
    backend: "auto",
    patients,
    lines: verifiedLines(verified),
  };
}

/**
 * The model that the flags choose: a member's own, or one of a folder, which is verified first.
 * @param tiles true if maps of tiles are wanted
 * @throws CLI_USAGE, LINEAGE_*, NODE_*, DATA_* and the errors of reading files
 */
export async function chosenModel(flags: ModelFlags, tiles: boolean): Promise<ChosenModel> {
  const {config, model, task, site, roster, plan} = flags;
  if (config !== undefined && model === undefined) {
    const isMixed = [task, site, roster, plan].some((flag) => flag !== undefined);
    if (!isMixed) return ownModel(config, tiles);
    throw usageError("--config names site, task, roster and plan itself", "Leave these flags out.");
  }
  if (model !== undefined && config === undefined) return foreignModel(model, flags, tiles);
  throw usageError(
    "either --config or --model is needed, not both",
    "Members take --config node.yaml; others take --model FOLDER --task FILE --site NAME.",
  );
}
