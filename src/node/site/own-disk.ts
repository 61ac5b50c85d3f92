import {
  decodeState,
  type ParticipantState,
  restoreParticipant,
  type SiteHistory,
  type SiteState,
  type Stages,
  type StateLine,
  type StoredState,
  settledLine,
  untrainedState,
} from "../../participant/index.ts";
import type {Restored} from "../../rounds/index.ts";
import type {RunStorage, StoredRun} from "../../storage/index.ts";
import {encodeRecord} from "../records/records.ts";

/** The storage for a site's own half of the rounds: a run's storage, or as much of it. */
export interface OwnStorage {
  readonly models: Pick<RunStorage["models"], "put" | "get" | "remove">;
  readonly journal: Pick<RunStorage["journal"], "append">;
}

/** Reads the state that a line names; null without a line, or if the state is gone or of another shape. */
export async function readState(
  {models}: Pick<StoredRun, "models">,
  line: StateLine | undefined,
  shape: SiteState,
): Promise<StoredState | null> {
  const bytes = line === undefined ? undefined : await models.get(line.state);
  const state = bytes === undefined ? null : decodeState(bytes, shape);
  return line === undefined || state === null ? null : {state, hash: line.state};
}

/** Writes a site's state: first the blob, then the line that names it. @throws STORAGE_* */
export async function writeState(storage: OwnStorage, bytes: Uint8Array, line: StateLine): Promise<void> {
  await storage.models.put(line.state, bytes);
  await storage.journal.append(encodeRecord({kind: "site", ...line}));
}

/** Reads a site's own half of the rounds as it stood when the daemon stopped. @throws STORAGE_* */
export async function readOwnHalf(
  storage: OwnStorage,
  stages: Stages,
  {history, restored}: {readonly history: SiteHistory; readonly restored: Restored},
): Promise<ParticipantState> {
  const shape = untrainedState(stages);
  const contribution = restored.round?.contribution ?? null;
  const line = history.lines.findLast((each) => each.contribution === contribution?.hash);
  return restoreParticipant(stages, {
    certified: restored.certified,
    contribution,
    settled: await readState(storage, settledLine(history), shape),
    next: await readState(storage, line, shape),
  });
}
