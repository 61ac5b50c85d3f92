import {CodedError, type Logger} from "../../core/index.ts";
import {type PartMarks, type SealedSplit, valuesHash} from "../../data/index.ts";
import type {RunStorage} from "../../storage/index.ts";
import type {NodeErrorCode} from "../errors.ts";
import {encodeRecord, type SealedManifest} from "../records/records.ts";

/**
 * Seals the site's split for the run: its patients, and their parts, stay the same from the first start on.
 * @param sealed the split with which the run began; null at its first start
 * @throws NODE_DATA_CHANGED, STORAGE_*
 */
export async function sealSplit(
  {journal}: Pick<RunStorage, "journal">,
  sealed: SealedManifest | null,
  {manifest, parts}: {readonly manifest: string; readonly parts: PartMarks},
): Promise<void> {
  if (sealed !== null && sealed.manifest !== manifest) {
    const code: NodeErrorCode = "NODE_DATA_CHANGED";
    throw new CodedError(
      code,
      "the site's patients, their labels or their split are not those that this run began with",
      {
        hint: "Bring back the data file as it was; new patients take part in the next run (attempt in node.yaml).",
      },
    );
  }
  if (sealed === null || sealed.parts === null) {
    await journal.append(encodeRecord({kind: "split", manifest, parts}));
  }
}

/**
 * Keeps a hash of the values with which the run began, and warns if those of a later start differ: the
 * earlier rounds then learned from other values.
 * @param known the hash in the journal; null at the first start
 * @throws STORAGE_*
 */
export async function watchValues(
  {journal}: Pick<RunStorage, "journal">,
  known: string | null,
  split: SealedSplit,
  logger: Logger,
): Promise<void> {
  const hash = valuesHash(split);
  if (known === null) return journal.append(encodeRecord({kind: "values", hash}));
  if (known !== hash) {
    logger.warn("the values of this site's patients are not those that the run began with", {
      detail: "the patients and their parts are the same; earlier rounds learned from the values of then",
    });
  }
  return undefined;
}
