import type {Certificate, Certified, DurableRecord, Restored, RestoredRound} from "../rounds/index.ts";
import {recentOf} from "./recent-certificates.ts";

/** The later of two rounds' certificates, whatever the order in which they were written. */
function newer(certified: Certified | null, {certificate, snapshot}: Certified): Certified {
  const isNewer = certified === null || certificate.body.round > certified.certificate.body.round;
  return isNewer ? {certificate, snapshot} : certified;
}

/**
 * Restores a member's position from its records, in the order they were written: after the newest
 * certificate, with everything that it had written down about the round that follows.
 * @param known members of which it keeps a proof that they contradicted themselves, and certificates without
 * their results
 */
export function restoreSession(
  records: readonly DurableRecord[],
  known: Pick<Restored, "equivocators"> & {readonly certificates: readonly Certificate[]} = {
    equivocators: [],
    certificates: [],
  },
): Restored {
  let certified: Certified | null = null;
  const certificates = [...known.certificates];
  for (const record of records) {
    if (record.kind !== "certificate") continue;
    certified = newer(certified, record);
    certificates.push(record.certificate);
  }
  const round = certified === null ? 0 : certified.certificate.body.round + 1;
  let restored: RestoredRound | null = null;
  for (const record of records) {
    if (record.kind === "certificate" || record.round !== round) continue;
    restored ??= {contribution: null, accepted: null, lock: null, committedIn: -1, held: [], segment: null};
    restored = withRecord(restored, record);
  }
  return {certified, round: restored, recent: recentOf(certificates), equivocators: known.equivocators};
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
