import fc from "fast-check";
import {createIdentity, publicKeyOf, verifyText} from "../../src/consortium/index.ts";
import {sha256} from "../../src/core/index.ts";
import {
  type LedgerEntry,
  type LedgerPrimitives,
  type LedgerSigner,
  type LogEnd,
  makeBatch,
  newLog,
  originOf,
  segmentHeader,
} from "../../src/ledger/index.ts";

export const DAY_MS = 86_400_000;
export const BEGAN_MS = Date.parse("2026-11-25T12:00:00Z");
export const PRIMITIVES: LedgerPrimitives = {hash: sha256, publicKeyOf, verify: verifyText};

/** The key of a node whose seed is this byte, 32 times. */
export function signerOf(seed: number): LedgerSigner {
  const {peerId, publicKey, signText} = createIdentity(new Uint8Array(32).fill(seed));
  return {peerId, publicKey, sign: signText};
}

/** A release on the `day`-th day of a log. */
export function releaseOn(day: number, bytes: number): LedgerEntry {
  return {
    kind: "release",
    at: BEGAN_MS + day * DAY_MS,
    run: "ab".repeat(16),
    round: bytes % 7,
    peer: "12D3KooW-peer",
    name: "south",
    content: "update",
    blob: "cd".repeat(32),
    messages: 1,
    bytes,
  };
}

/** A log as its files hold it. */
export interface SignedLog {
  /** The records of each segment. */
  readonly segments: readonly (readonly Uint8Array[])[];
  readonly end: LogEnd;
}

const dayText = (day: number): string => new Date(BEGAN_MS + day * DAY_MS).toISOString().slice(0, 10);

/** Makes a log of whole days; `days` holds the numbers of entries of each batch of each day. All but the last are sealed. */
export function signedLog(
  days: readonly (readonly number[])[],
  signer: LedgerSigner = signerOf(1),
): SignedLog {
  let end = newLog(originOf(signer.peerId, BEGAN_MS));
  const segments = days.map((batches, day) => {
    const records = [segmentHeader(end, dayText(day))];
    const add = (entries: readonly LedgerEntry[]): void => {
      const batch = makeBatch(sha256, signer, end, entries);
      records.push(...batch.records);
      end = batch.end;
    };
    for (const [index, count] of batches.entries())
      add(Array.from({length: count}, (_, number) => releaseOn(day, index * 100 + number)));
    if (day < days.length - 1) add([{kind: "seal", at: BEGAN_MS + (day + 1) * DAY_MS, day: dayText(day)}]);
    return records;
  });
  return {segments, end};
}

/** Shapes of logs of a few days, batches and entries. */
export const logShapes = fc.array(fc.array(fc.integer({min: 1, max: 5}), {minLength: 1, maxLength: 3}), {
  minLength: 1,
  maxLength: 4,
});
