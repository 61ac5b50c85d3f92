import {type IdentifiedPlan, runId} from "../../consortium/index.ts";
import {CodedError} from "../../core/index.ts";
import {featuresOf, type Standardiser, type Task} from "../../data/index.ts";
import {federatedStandardiser, planStages, settledLine, untrainedState} from "../../participant/index.ts";
import type {Certificate} from "../../rounds/index.ts";
import {inspectState} from "../../storage/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import {readIdentity} from "../read-identity.ts";
import {openRecords, type SealedManifest} from "../records/records.ts";
import {readState} from "../site/own-disk.ts";

/** The model that a run ended with. */
export interface FinalModel {
  /** SHA-256 of its bytes, as the last certificate names it. */
  readonly hash: string;
  /** `[layoutSize]`, owned by the receiver; with the site's own tensors, if the plan's sites keep some. */
  readonly parameters: Float32Array;
  /** The common scaling that it carries; null if each site has its own, or none. */
  readonly standardiser: Standardiser | null;
  /** All values of the certified snapshot `[values]`; not to be changed. The site's own tensors are not in it. */
  readonly snapshot: Float32Array;
  /** The certificates that this site holds, oldest first; those of rounds that it missed are not among them. */
  readonly certificates: readonly Certificate[];
  /** The site's split as the run began with it. */
  readonly sealed: SealedManifest;
  /** Hash of its patients' values, as the run began with it; null for a run that kept none. */
  readonly values: string | null;
}

/** Identifies the run and the site whose final model is requested. */
export interface FinalModelQuery {
  /** Path of the state directory, which is only read: a daemon may run on it. */
  readonly state: string;
  readonly plan: IdentifiedPlan;
  /** Number of the plan's run, from 1. */
  readonly attempt: number;
  readonly task: Task;
}

/**
 * Reads the final model of a run from a site's state directory.
 * @throws NODE_RUN_UNFINISHED, NODE_JOURNAL_FOREIGN, STORAGE_*, PARAMETERS_*
 */
export async function readFinalModel({state, plan, attempt, task}: FinalModelQuery): Promise<FinalModel> {
  const features = featuresOf(task);
  const stages = planStages(plan.plan, features);
  const inspected = await inspectState(state);
  const storage = await inspected.readRun(runId(plan.hash, attempt));
  const {
    restored,
    certificates,
    siteLines: lines,
    sealed,
    values: sealedValues,
  } = await openRecords(storage, stages.shapeOf, null);
  const {certified} = restored;
  if (sealed === null || certified === null || certified.certificate.body.round < stages.rounds - 1) {
    throw new CodedError<NodeErrorCode>("NODE_RUN_UNFINISHED", "the run has not ended at this site", {
      hint: "Let the daemon run until it says that the run has ended; look at `consilium status`.",
    });
  }
  const {values} = certified.snapshot;
  const {peerId: self} = await readIdentity({path: state, readNodeKey: inspected.readNodeKey});
  const settled = settledLine({lines, certificates, self});
  const own = (await readState(storage, settled, untrainedState(stages)))?.state.own;
  const statistics = stages.statisticsOf(values);
  return {
    hash: certified.certificate.body.result,
    parameters: stages.parametersOf(values, own).slice(),
    snapshot: values,
    certificates,
    standardiser: statistics === null ? null : federatedStandardiser(statistics, features),
    sealed,
    values: sealedValues,
  };
}
