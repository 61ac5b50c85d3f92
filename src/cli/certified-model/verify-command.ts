import {verifyModel} from "../../lineage/index.ts";
import {defineCommand} from "../command.ts";
import {print} from "../printable.ts";
import {PAPER_OPTIONS, readPapers} from "./brought-papers.ts";
import {readModelFolder} from "./model-folder.ts";
import {idleTrainers, verifiedJson, verifiedLines} from "./verified-text.ts";

const NEVER_CONTRIBUTED = 3;

/** `consilium verify-model`. */
export const verifyModelCommand = defineCommand({
  command: "verify-model <folder>",
  describe: "prove offline who trained an exported model, in which rounds and under which plan",
  positionals: {folder: "the folder that `consilium model export` wrote"},
  options: {
    ...PAPER_OPTIONS,
    json: {type: "boolean", describe: "everything as JSON, with every round"},
  },
  async handler({json = false, roster, plan}, {folder}) {
    const verified = verifyModel(await readModelFolder(folder), await readPapers({roster, plan}));
    print(json ? verifiedJson(verified) : verifiedLines(verified).join("\n"));
    return idleTrainers(verified).length === 0 ? 0 : NEVER_CONTRIBUTED;
  },
});
