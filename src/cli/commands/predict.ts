import {mkdir, readdir} from "node:fs/promises";
import {join, resolve} from "node:path";
import {loadNodeConfig, type NodeConfig} from "../../config/index.ts";
import {readTask} from "../../data/index.ts";
import {openBackend} from "../../model/index.ts";
import {type FinalModel, type FinalModelQuery, readFinalModel, siteStandardiser} from "../../node/index.ts";
import {openStateDirectory} from "../../storage/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {readPlan, readRoster} from "../input-file.ts";
import {readOwnPatients} from "../predict/own-patients.ts";
import {writePredictions} from "../predict/write-predictions.ts";
import {writeTileMaps} from "../predict/write-tile-maps.ts";

async function newFolder(path: string): Promise<string> {
  const folder = resolve(path);
  await mkdir(folder, {recursive: true, mode: 0o700});
  if ((await readdir(folder)).length === 0) return folder;
  throw usageError(`--out: ${path} is not empty`, "Name a new folder: nothing is written over.");
}

async function finalModelOf(
  {state: path, attempt}: NodeConfig,
  query: Pick<FinalModelQuery, "plan" | "task">,
): Promise<FinalModel> {
  const state = await openStateDirectory(path);
  try {
    return await readFinalModel({state, attempt, ...query});
  } finally {
    await state.close();
  }
}

/** `consilium predict`: what a member does with the model that the consortium learned, on its own patients. */
export const predictCommand = defineCommand({
  command: "predict",
  describe: "score this site's own patients with the final model of its run; the files stay here",
  options: {
    config: {type: "string", demandOption: true, describe: "the node's configuration, node.yaml"},
    out: {type: "string", demandOption: true, describe: "folder for the results, new or empty"},
    tiles: {type: "boolean", describe: "every tile's score and attention too, for heat maps (slides)"},
  },
  async handler({config: configPath, out, tiles = false}) {
    const config = await loadNodeConfig(configPath);
    const {site} = config;
    const roster = await readRoster(config.roster);
    const plan = await readPlan(config.plan);
    const located = await readTask(config.task);
    const {task} = located;
    if (tiles && task.kind !== "slides") throw usageError("--tiles: the task has no tiles", "Leave it out.");
    const final = await finalModelOf(config, {plan, task});
    const variables = process.env;
    const patients = await readOwnPatients({site, located, plan, roster, variables});
    const folder = await newFolder(out);
    const {backend} = await openBackend(config.backend);
    try {
      const spec = plan.plan.model;
      const model = backend.build(spec, patients.features.length);
      const standardiser = final.standardiser ?? siteStandardiser(plan.plan.task.standardisation, patients);
      const usable = {model, spec, parameters: final.parameters, standardiser};
      const written = await writePredictions(folder, task.label, patients, usable);
      if (tiles && task.kind === "slides") {
        written.push(join(await writeTileMaps(folder, task, {...located, site, variables}, usable), "*.csv"));
      }
      console.log([`model ${final.hash}, ${backend.name}`, ...written].join("\n"));
      return 0;
    } finally {
      backend.close();
    }
  },
});
