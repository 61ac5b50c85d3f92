import type {MemberId} from "./quorum.ts";
import type {Certified, DurableRecord, Restored, RestoredRound} from "./types.ts";

/** The later of two rounds' certificates, in whatever order they were written. */
function newer(certified: Certified | null, {certificate, snapshot}: Certified): Certified {
  const isNewer = certified === null || certificate.body.round > certified.certificate.body.round;
  return isNewer ? {certificate, snapshot} : certified;
}

/**
 * What a member's records, in the order they were written, say about where it stands: after the newest
 * certificate, with whatever it had written down about the round that follows.
 * @param equivocators of whom it keeps a proof that they contradicted themselves
 */
export function restoreSession(
  records: readonly DurableRecord[],
  equivocators: readonly MemberId[] = [],
): Restored {
  let certified: Certified | null = null;
  for (const record of records) {
    if (record.kind === "certificate") certified = newer(certified, record);
  }
  const round = certified === null ? 0 : certified.certificate.body.round + 1;
  let restored: RestoredRound | null = null;
  for (const record of records) {
    if (record.kind === "certificate" || record.round !== round) continue;
    restored ??= {contribution: null, accepted: null, lock: null, committedIn: -1, held: [], segment: null};
    restored = withRecord(restored, record);
  }
  return {certified, round: restored, equivocators};
}

function withRecord(
  restored: RestoredRound,
  record: Exclude<DurableRecord, {kind: "certificate"}>,
): RestoredRound {
  if (record.kind === "contribution") return {...restored, contribution: record.contribution};
  if (record.kind === "async") return {...restored, segment: record};
  const {accepted, lock, committedIn, snapshot} = record;
  const isHeld = restored.held.some(({hash}) => hash === snapshot.hash);
  const held = isHeld ? restored.held : [...restored.held, snapshot];
  return {...restored, accepted, lock, committedIn, held};
}
