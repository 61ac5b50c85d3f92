import type {Certified, DurableRecord, Restored, RestoredRound} from "./types.ts";

/** The later of two rounds' certificates, in whatever order they were written. */
function newer(certified: Certified | null, {certificate, snapshot}: Certified): Certified {
  const isNewer = certified === null || certificate.body.round > certified.certificate.body.round;
  return isNewer ? {certificate, snapshot} : certified;
}

/**
 * What a member's records, in the order they were written, say about where it stands: after the newest
 * certificate, with whatever it had written down about the round that follows.
 */
export function restoreSession(records: readonly DurableRecord[]): Restored {
  let certified: Certified | null = null;
  for (const record of records) {
    if (record.kind === "certificate") certified = newer(certified, record);
  }
  const round = certified === null ? 0 : certified.certificate.body.round + 1;
  let restored: RestoredRound | null = null;
  for (const record of records) {
    if (record.kind === "certificate" || record.round !== round) continue;
    restored ??= {contribution: null, promised: -1, accepted: null, held: null, segment: null};
    restored = withRecord(restored, record);
  }
  return {certified, round: restored};
}

function withRecord(
  restored: RestoredRound,
  record: Exclude<DurableRecord, {kind: "certificate"}>,
): RestoredRound {
  if (record.kind === "contribution") return {...restored, contribution: record.contribution};
  if (record.kind === "async") return {...restored, segment: record};
  const {promised, accepted, snapshot} = record;
  return {...restored, promised, accepted, held: snapshot ?? restored.held};
}
