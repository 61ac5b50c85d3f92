import {loadNodeConfig} from "../../config/index.ts";
import {type IdentifiedPlan, parsePlan} from "../../consortium/index.ts";
import {contractText, readTask, type Task} from "../../data/index.ts";
import {
  certificatesBytes,
  certifiedModel,
  mergeCertificates,
  readCertificates,
  verifyModel,
} from "../../lineage/index.ts";
import {type FinalModel, readFinalModel, readIdentity} from "../../node/index.ts";
import {ensureModelSigningKey, inspectState} from "../../storage/index.ts";
import {defineCommand, defineGroup} from "../command.ts";
import {readInput, readRoster} from "../input-file.ts";
import {newFolder, writeNew} from "../output-file.ts";
import {print} from "../printable.ts";
import {ownVersion} from "../version.ts";
import {MAX_FILE_BYTES, writeModelFolder} from "./model-folder.ts";
import {verifiedLines} from "./verified-text.ts";

const configOption = {
  type: "string",
  demandOption: true,
  describe: "the node's configuration, node.yaml",
} as const;

/** A member's finished run, as its configuration names it. */
interface OwnRun {
  readonly state: string;
  readonly attempt: number;
  readonly rosterPath: string;
  readonly plan: IdentifiedPlan;
  readonly planBytes: Uint8Array;
  readonly task: Task;
  readonly final: FinalModel;
}

async function readOwnRun(configPath: string): Promise<OwnRun> {
  const {state, attempt, roster: rosterPath, ...paths} = await loadNodeConfig(configPath);
  const planBytes = await readInput(paths.plan, "plan file");
  const plan = parsePlan(planBytes, paths.plan);
  const {task} = await readTask(paths.task);
  const final = await readFinalModel({state, attempt, plan, task});
  return {state, attempt, rosterPath, plan, planBytes, task, final};
}

const certificatesCommand = defineCommand({
  command: "certificates",
  describe: "write the certificates that this site holds to a new file, for a member that missed rounds",
  options: {
    config: configOption,
    out: {type: "string", demandOption: true, describe: "the new file"},
  },
  async handler({config, out}) {
    const {final} = await readOwnRun(config);
    await writeNew(out, certificatesBytes(final.certificates));
    print(`${out} holds the certificates of ${final.certificates.length} rounds`);
    return 0;
  },
});

const exportCommand = defineCommand({
  command: "export",
  describe: "write the final model with the proof of its origin to a folder that others can verify",
  options: {
    config: configOption,
    out: {type: "string", demandOption: true, describe: "folder for the files, new or empty"},
    certificates: {
      type: "string",
      describe: "another member's `model certificates` file, for rounds that this site missed",
    },
  },
  async handler({config, out, certificates: file}) {
    const {state, attempt, rosterPath, plan, planBytes, task, final} = await readOwnRun(config);
    const roster = await readRoster(rosterPath);
    const others = file === undefined ? [] : readCertificates(await readInput(file, "file", MAX_FILE_BYTES));
    const certificates = mergeCertificates(final.certificates, others);
    const {readNodeKey} = await inspectState(state);
    const identity = await readIdentity({path: state, readNodeKey});
    const result = {hash: final.hash, values: final.snapshot};
    const files = certifiedModel(
      {plan, planBytes, attempt, roster, contract: contractText(task), certificates, result},
      {identity, signingKey: await ensureModelSigningKey(state), writtenBy: `consilium ${ownVersion()}`},
    );
    const verified = verifyModel(files, {roster, plan});
    const folder = await newFolder(out);
    await writeModelFolder(folder, files);
    print([`${folder} holds the model`, ...verifiedLines(verified)].join("\n"));
    return 0;
  },
});

/** `consilium model export` and `consilium model certificates`. */
export const modelCommand = defineGroup("model", "hand on the model that the consortium learned", [
  exportCommand,
  certificatesCommand,
]);
