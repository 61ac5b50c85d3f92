import {join} from "node:path";
import {openBackend} from "../../model/index.ts";
import {unsharedStandardiser} from "../../participant/index.ts";
import {PAPER_OPTIONS} from "../certified-model/brought-papers.ts";
import {defineCommand} from "../command.ts";
import {newFolder, writingOutput} from "../output-file.ts";
import {type ChosenModel, chosenModel} from "../predict/chosen-model.ts";
import {writePredictions, writtenLines} from "../predict/write-predictions.ts";
import {writeTileMaps} from "../predict/write-tile-maps.ts";
import {print} from "../printable.ts";

/** Scores the patients and writes the files. @returns lines about them */
async function predictInto(folder: string, chosen: ChosenModel, tiles: boolean): Promise<string[]> {
  const {site, located, plan, parameters, patients} = chosen;
  const {task} = located;
  const {backend} = await openBackend(chosen.backend);
  try {
    const {features, scaledBy} = patients;
    const standardiser =
      chosen.standardiser ?? unsharedStandardiser(plan.task.standardisation, scaledBy, features);
    const usable = {
      model: backend.build(plan.model, features.length),
      spec: plan.model,
      parameters,
      standardiser,
    };
    const written = await writingOutput(folder, () =>
      writePredictions({folder, site}, task.label, patients, usable),
    );
    const lines = [
      `model ${chosen.hash}, ${backend.name}`,
      ...patients.lines,
      ...written.flatMap(writtenLines),
    ];
    if (!tiles || task.kind !== "slides") return lines;
    const query = {...located, site, variables: process.env};
    const maps = await writingOutput(folder, () => writeTileMaps(folder, task, query, usable));
    return [...lines, join(maps, "*.csv")];
  } finally {
    backend.close();
  }
}

/** `consilium predict`: applies the model that the consortium learned to a site's own patients. */
export const predictCommand = defineCommand({
  command: "predict",
  describe: "score a site's own patients with the final model of a run; the files stay here",
  options: {
    config: {type: "string", describe: "a member: the node's configuration, node.yaml"},
    model: {type: "string", describe: "anyone else: a folder of `consilium model export`, verified first"},
    task: {type: "string", describe: "with --model: the task file that describes this site's data"},
    site: {type: "string", describe: "with --model: this site's name in the task file"},
    ...PAPER_OPTIONS,
    out: {type: "string", demandOption: true, describe: "folder for the results, new or empty"},
    tiles: {type: "boolean", describe: "every tile's score and attention too, for heat maps (slides)"},
  },
  async handler({config, model, task, site, roster, plan, out, tiles = false}) {
    const chosen = await chosenModel({config, model, task, site, roster, plan}, tiles);
    const folder = await newFolder(out);
    print([...chosen.lines, ...(await predictInto(folder, chosen, tiles))].join("\n"));
    return 0;
  },
});
