import {join} from "node:path";
import {loadNodeConfig} from "../../config/index.ts";
import {readTask} from "../../data/index.ts";
import {openBackend} from "../../model/index.ts";
import {readFinalModel} from "../../node/index.ts";
import {unsharedStandardiser} from "../../participant/index.ts";
import {defineCommand, usageError} from "../command.ts";
import {readPlan, readRoster} from "../input-file.ts";
import {newFolder, writingOutput} from "../output-file.ts";
import {readOwnPatients} from "../predict/own-patients.ts";
import {writePredictions, writtenLines} from "../predict/write-predictions.ts";
import {writeTileMaps} from "../predict/write-tile-maps.ts";
import {print} from "../printable.ts";

/** `consilium predict`: applies the model that the consortium learned to a member's own patients. */
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
    const {state, attempt} = config;
    const final = await readFinalModel({state, attempt, plan, task});
    const variables = process.env;
    const {sealed, values} = final;
    const patients = await readOwnPatients({site, located, plan, roster, sealed, values, variables});
    const folder = await newFolder(out);
    const {backend} = await openBackend(config.backend);
    try {
      const spec = plan.plan.model;
      const model = backend.build(spec, patients.features.length);
      const {features, scaledBy} = patients;
      const standardiser =
        final.standardiser ?? unsharedStandardiser(plan.plan.task.standardisation, scaledBy, features);
      const usable = {model, spec, parameters: final.parameters, standardiser};
      const written = await writingOutput(folder, () =>
        writePredictions({folder, site}, task.label, patients, usable),
      );
      const lines = written.flatMap(writtenLines);
      if (tiles && task.kind === "slides") {
        const query = {...located, site, variables};
        lines.push(
          join(await writingOutput(folder, () => writeTileMaps(folder, task, query, usable)), "*.csv"),
        );
      }
      print([`model ${final.hash}, ${backend.name}`, ...patients.lines, ...lines].join("\n"));
      return 0;
    } finally {
      backend.close();
    }
  },
});
