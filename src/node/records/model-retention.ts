import type {Certificate, Restored} from "../../rounds/index.ts";
import type {ModelStore} from "../../storage/index.ts";

/** The results of the last `models` certificates, which are kept. */
function keptResults(certificates: readonly Certificate[], models: number): Set<string> {
  return new Set(certificates.slice(-models).map(({body}) => body.result));
}

/** The result that has just become too old to keep, if any. */
export function outdatedResult(certificates: readonly Certificate[], models: number): string | undefined {
  const oldest = certificates.at(-1 - models)?.body.result;
  // Two rounds can have the same result.
  return oldest === undefined || keptResults(certificates, models).has(oldest) ? undefined : oldest;
}

/** The blobs that a member had written down about its round. */
function blobsOf(round: Restored["round"]): readonly {readonly hash: string}[] {
  if (round === null) return [];
  const {held, contribution, segment} = round;
  const segmentBlobs = segment === null ? [] : segment.blobs;
  return [...held, ...(contribution === null ? [] : [contribution]), ...segmentBlobs];
}

/**
 * Removes from `store` the blobs that earlier starts left behind. @param standing hashes that stay in any
 * case
 */
export async function removeStale(
  store: ModelStore,
  certificates: readonly Certificate[],
  models: number,
  {restored: {round}, standing}: {readonly restored: Restored; readonly standing: readonly string[]},
): Promise<void> {
  const kept = keptResults(certificates, models);
  for (const {hash} of blobsOf(round)) kept.add(hash);
  for (const hash of standing) kept.add(hash);
  for (const hash of await store.list()) if (!kept.has(hash)) await store.remove(hash);
}
