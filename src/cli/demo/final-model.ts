import {CodedError} from "../../core/index.ts";
import type {Task} from "../../data/index.ts";
import {type FinalModel, readFinalModel} from "../../node/index.ts";
import type {CliErrorCode} from "../errors.ts";
import type {Workspace} from "./workspace.ts";

const FIRST_ATTEMPT = 1;

/**
 * Reads the final model from every site's state directory, after its daemon has ended, and checks that all
 * hold the same bytes.
 * @throws CLI_MODELS_DIFFER, NODE_RUN_UNFINISHED, STORAGE_*, PARAMETERS_*
 */
export async function readCommonModel(workspace: Workspace, task: Task): Promise<FinalModel> {
  const models: FinalModel[] = [];
  for (const {state} of workspace.sites) {
    models.push(await readFinalModel({state, plan: workspace.plan, attempt: FIRST_ATTEMPT, task}));
  }
  const [first] = models;
  const hashes = new Set(models.map(({hash}) => hash));
  // The store checks the bytes against their hash, so equal hashes are equal bytes.
  if (first !== undefined && hashes.size === 1) return first;
  const code: CliErrorCode = "CLI_MODELS_DIFFER";
  throw new CodedError(code, `${models.length} hospitals ended with ${hashes.size} different models`, {
    hint: "This must not happen: please report it with the daemon.log of each site (--keep).",
  });
}
