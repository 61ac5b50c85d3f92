import type {Plan} from "../../consortium/index.ts";
import {CodedError, sha256} from "../../core/index.ts";
import {type Feature, featuresOf, type Standardiser, type Task} from "../../data/index.ts";
import {initialParameters, layoutOf} from "../../model/index.ts";
import {createStages, federatedStandardiser, type Stages} from "../../node/index.ts";
import {openSnapshot} from "../../parameters/index.ts";
import {openStateDirectory} from "../../storage/index.ts";
import type {CliErrorCode} from "../errors.ts";
import type {Workspace, WorkspaceSite} from "./workspace.ts";

/** The model that a consortium ended with. */
export interface FinalModel {
  /** SHA-256 of its bytes, equal at all sites. */
  readonly hash: string;
  /** `[layoutSize]`, owned by the receiver. */
  readonly parameters: Float32Array;
  /** The common scaling that it carries; null when each site has its own. */
  readonly standardiser: Standardiser | null;
}

/** What a site's status says of the model that it ended with. */
export interface EndStatus {
  readonly plan: {readonly run: string};
  readonly certified: {readonly result: string} | null;
}

/** The rounds of `plan` and what their vectors hold, as its daemons have them. */
function stagesOf(plan: Plan, features: readonly Feature[]): Stages {
  return createStages({
    isFederated: plan.task.standardisation === "federated",
    features: features.length,
    trainingRounds: plan.rounds,
    model: layoutOf(plan.model, features.length),
    initial: initialParameters(plan.model, features.length, plan.seed),
    codec: plan.mixing.codec,
    reference: plan.weights.reference,
    contract: plan.task.contract,
    hash: sha256,
  });
}

async function readModel(site: WorkspaceSite, run: string, hash: string): Promise<Uint8Array> {
  const state = await openStateDirectory(site.state);
  try {
    const storage = await state.openRun(run);
    const bytes = await storage.models.get(hash);
    if (bytes !== undefined) return bytes;
    const code: CliErrorCode = "CLI_MODEL_MISSING";
    throw new CodedError(code, `${site.name} has not kept the final model that it certified`, {
      hint: "Run the demo again with --keep and read its daemon.log.",
    });
  } finally {
    await state.close();
  }
}

/**
 * Reads the final model from every site's state directory, after its daemon has ended, and makes sure that all hold
 * the same bytes.
 * @param statuses the daemons' last status, in the order of the workspace's sites
 * @throws CLI_MODELS_DIFFER, CLI_MODEL_MISSING, STORAGE_*, PARAMETERS_*
 */
export async function readFinalModel(
  {sites, plan: {plan}}: Workspace,
  task: Task,
  statuses: readonly EndStatus[],
): Promise<FinalModel> {
  const hashes = new Set(statuses.map(({certified}) => certified?.result ?? ""));
  const [hash = ""] = hashes;
  if (hashes.size !== 1) {
    const code: CliErrorCode = "CLI_MODELS_DIFFER";
    throw new CodedError(code, `${sites.length} hospitals ended with ${hashes.size} different models`, {
      hint: "This must not happen: please report it with the daemon.log of each site (--keep).",
    });
  }
  const run = statuses[0]?.plan.run ?? "";
  const features = featuresOf(task);
  const stages = stagesOf(plan, features);
  const expected = stages.shapeOf(stages.rounds - 1);
  let values = new Float32Array();
  // The store checks the bytes against their hash, so equal hashes are equal bytes: any site's will do.
  for (const site of sites)
    values = openSnapshot(sha256, await readModel(site, run, hash), expected).values.slice();
  const statistics = stages.statisticsOf(values);
  return {
    hash,
    parameters: stages.parametersOf(values),
    standardiser: statistics === null ? null : federatedStandardiser(statistics, features),
  };
}
