import {CodedError} from "../../core/index.ts";
import {canonicalBytes, type Report} from "../../rounds/index.ts";
import type {RunStorage} from "../../storage/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import {encodeRecord} from "./records.ts";

/**
 * Keeps the proof of a fork and ends the node: people have to decide which of the two histories goes on.
 * @throws NODE_RUN_FORKED, always; STORAGE_*
 */
export async function stopForked(
  journal: Pick<RunStorage["journal"], "append">,
  {kind, round, culprits, certificates: [ours, theirs]}: Extract<Report, {kind: "fork"}>,
): Promise<never> {
  const certificates: [Uint8Array, Uint8Array] = [canonicalBytes(ours), canonicalBytes(theirs)];
  await journal.append(encodeRecord({kind, round, certificates}));
  const code: NodeErrorCode = "NODE_RUN_FORKED";
  const named = culprits.length === 0 ? "nobody voted for both" : `${culprits.join(", ")} voted for both`;
  throw new CodedError(code, `round ${round + 1} was decided in two ways: ${named}`, {
    data: {round},
    hint: "Both certificates are in the run's journal. Do not start this run again before the members have agreed who goes on.",
  });
}
