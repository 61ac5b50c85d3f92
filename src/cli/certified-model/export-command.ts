import {loadNodeConfig} from "../../config/index.ts";
import {parsePlan} from "../../consortium/index.ts";
import {contractText, readTask} from "../../data/index.ts";
import {certifiedModel, verifyModel} from "../../lineage/index.ts";
import {readFinalModel, readIdentity} from "../../node/index.ts";
import {ensureModelSigningKey, inspectState} from "../../storage/index.ts";
import {defineCommand, defineGroup} from "../command.ts";
import {readInput, readRoster} from "../input-file.ts";
import {newFolder} from "../predict/new-folder.ts";
import {print} from "../printable.ts";
import {ownVersion} from "../version.ts";
import {writeModelFolder} from "./model-folder.ts";
import {verifiedLines} from "./verified-text.ts";

const exportCommand = defineCommand({
  command: "export",
  describe: "write the final model with the proof of its origin to a folder that others can verify",
  options: {
    config: {type: "string", demandOption: true, describe: "the node's configuration, node.yaml"},
    out: {type: "string", demandOption: true, describe: "folder for the files, new or empty"},
  },
  async handler({config: configPath, out}) {
    const config = await loadNodeConfig(configPath);
    const {state, attempt} = config;
    const roster = await readRoster(config.roster);
    const planBytes = await readInput(config.plan, "plan file");
    const plan = parsePlan(planBytes, config.plan);
    const {task} = await readTask(config.task);
    const final = await readFinalModel({state, attempt, plan, task});
    const {readNodeKey} = await inspectState(state);
    const identity = await readIdentity({path: state, readNodeKey});
    const {certificates, hash, snapshot: values} = final;
    const files = certifiedModel(
      {plan, planBytes, attempt, roster, contract: contractText(task), certificates, result: {hash, values}},
      {
        identity,
        signingKey: await ensureModelSigningKey(state),
        writtenBy: `consilium ${ownVersion()}`,
      },
    );
    const verified = verifyModel(files, {roster, plan});
    const folder = await newFolder(out);
    await writeModelFolder(folder, files);
    print([`${folder} holds the model`, ...verifiedLines(verified)].join("\n"));
    return 0;
  },
});

/** `consilium model export`. */
export const modelCommand = defineGroup("model", "hand on the model that the consortium learned", [
  exportCommand,
]);
