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
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import {sha256} from "consilium/core";
 * import {createSession, restoreSession} from "consilium/gossip";
 * import {codecOf, NO_DITHER} from "consilium/parameters";
 * import {releaseUpdate} from "consilium/privacy";
 * import {type DurableRecord, type Event, parameterArithmetic, type RoundSpec} from "consilium/rounds";
 *
 * const coding = {codec: codecOf("f32"), dither: NO_DITHER, hash: sha256};
 * const shape = {layout: sha256(Uint8Array.of()), values: 2};
 * const reference = Float32Array.of(5, 5);
 * const spec: RoundSpec = {...coding, ...shape, mixing: {kind: "all"}, reference, mixed: 2, outer: null};
 * const disk: DurableRecord[] = [];
 * // One member alone, whose signature nobody checks.
 * const setup = {
 *   self: "north",
 *   members: ["north"],
 *   run: "00".repeat(16),
 *   roster: "00".repeat(32),
 *   rounds: 1,
 *   quorum: "majority" as const,
 *   start: {members: 1, weight: 0, waitMs: 0},
 *   weightShare: 0,
 *   limits: {minimumMs: 100, maximumMs: 4000},
 *   primitives: {hash: sha256, arithmetic: parameterArithmetic, sign: sha256, verify: () => true},
 *   specOf: () => spec,
 *   shapeOf: () => shape,
 * };
 * const session = createSession({...setup, restored: restoreSession(disk)});
 * function tell(event: Event): void {
 *   for (const effect of session.handle(event, 0)) {
 *     if (effect.type !== "persist") continue;
 *     disk.push(effect.record);
 *     tell({type: "persisted", id: effect.id});
 *   }
 * }
 * const update = Float32Array.of(1, 2);
 * const {release} = releaseUpdate({...coding, update, weight: 0.5, clipNorm: 10});
 * tell({type: "contribute", round: 0, contribution: release});
 * // Its process dies here; another one goes on from the disk.
 * const next = createSession({...setup, restored: restoreSession(disk)});
 * assert.deepEqual(next.view().certified?.snapshot.values, Float32Array.of(6, 7));
 * ```
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
