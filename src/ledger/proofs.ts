import {equals} from "uint8arrays";
import {at, CodedError, type Hash} from "../core/index.ts";
import type {LedgerErrorCode} from "./errors.ts";
import {type Frontier, nodeHash} from "./merkle.ts";

/** A stretch of a log: what came before it, and the hashes of its own leaves in order. */
export interface LeafRange {
  readonly before: Frontier;
  readonly leaves: readonly Uint8Array[];
}

/** The largest power of two below `size`, which is at least 2. */
function splitOf(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** The peak over the leaves `[from, to)` of a frontier, if it has that one. */
function peakOver({size, peaks}: Frontier, from: number, to: number): Uint8Array | undefined {
  let start = 0;
  for (const peak of peaks) {
    const width = splitOf(size - start + 1);
    if (start === from && start + width === to) return peak;
    start += width;
  }
  return undefined;
}

function subtree(hash: Hash, range: LeafRange, from: number, to: number): Uint8Array {
  const {before, leaves} = range;
  const peak = to <= before.size ? peakOver(before, from, to) : undefined;
  if (peak !== undefined) return peak;
  if (to - from === 1) {
    if (from >= before.size) return at(leaves, from - before.size);
    const code: LedgerErrorCode = "LEDGER_PROOF_UNAVAILABLE";
    throw new CodedError(code, `the hash of entry ${from} is no longer kept`, {
      data: {seq: from},
      hint: "Prove it from a bundle that was exported before the entry was dropped.",
    });
  }
  const middle = from + splitOf(to - from);
  return nodeHash(hash, subtree(hash, range, from, middle), subtree(hash, range, middle, to));
}

/**
 * The proof that leaf `index` is among the first `size` leaves: the hashes beside its path, the lowest first
 * (RFC 9162 2.1.3.1).
 * @throws {CodedError} LEDGER_PROOF_UNAVAILABLE
 */
export function inclusionProof(hash: Hash, range: LeafRange, index: number, size: number): Uint8Array[] {
  const path = (from: number, to: number): Uint8Array[] => {
    if (to - from === 1) return [];
    const middle = from + splitOf(to - from);
    return index < middle
      ? [...path(from, middle), subtree(hash, range, middle, to)]
      : [...path(middle, to), subtree(hash, range, from, middle)];
  };
  return path(0, size);
}

/**
 * The proof that the log of the first `first` leaves is the beginning of that of the first `second`; empty if
 * they are the same, or the first is empty (RFC 9162 2.1.4.1).
 * @throws {CodedError} LEDGER_PROOF_UNAVAILABLE
 */
export function consistencyProof(hash: Hash, range: LeafRange, first: number, second: number): Uint8Array[] {
  const part = (from: number, to: number, isWhole: boolean): Uint8Array[] => {
    if (to === first) return isWhole ? [] : [subtree(hash, range, from, to)];
    const middle = from + splitOf(to - from);
    return first <= middle
      ? [...part(from, middle, isWhole), subtree(hash, range, middle, to)]
      : [...part(middle, to, false), subtree(hash, range, from, middle)];
  };
  return first === 0 || first === second ? [] : part(0, second, true);
}

/** A claim that a leaf is in a log. */
export interface InclusionClaim {
  /** Hash of the leaf. */
  readonly leaf: Uint8Array;
  readonly index: number;
  /** Number of leaves of the log. */
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Climbs the levels on which a path's node, the last of its level, has no other beside it. */
function pastOnlyChildren(place: number, last: number): [number, number] {
  let [climbed, end] = [place, last];
  while (climbed % 2 === 0 && climbed !== 0) [climbed, end] = [climbed / 2, Math.floor(end / 2)];
  return [climbed, end];
}

/** Tells whether a proof of inclusion proves its claim (RFC 9162 2.1.3.2). */
export function isIncluded(hash: Hash, {leaf, index, size, root, proof}: InclusionClaim): boolean {
  if (index >= size) return false;
  let [place, last] = [index, size - 1];
  let node = leaf;
  for (const other of proof) {
    if (last === 0) return false;
    if (place % 2 === 1 || place === last) {
      node = nodeHash(hash, other, node);
      [place, last] = pastOnlyChildren(place, last);
    } else {
      node = nodeHash(hash, node, other);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 && equals(node, root);
}

/** A claim that one log is the beginning of another. */
export interface ConsistencyClaim {
  /** Number of leaves of the shorter log. */
  readonly first: number;
  readonly firstRoot: Uint8Array;
  /** Number of leaves of the longer log. */
  readonly second: number;
  readonly secondRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** The two roots to which a proof leads, from a node that both logs have. */
interface Walked {
  readonly older: Uint8Array;
  readonly newer: Uint8Array;
}

/** Walks up a proof of consistency (RFC 9162 2.1.4.2, steps 3 to 6); null if it is too short or too long. */
function walkUp(hash: Hash, {first, firstRoot, second, proof}: ConsistencyClaim): Walked | null {
  let [place, last] = [first - 1, second - 1];
  while (place % 2 === 1) [place, last] = [(place - 1) / 2, Math.floor(last / 2)];
  // The root of a complete first log is not repeated in the proof.
  const [start, ...others] = place === 0 ? [firstRoot, ...proof] : proof;
  if (start === undefined) return null;
  let [older, newer] = [start, start];
  for (const other of others) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      [older, newer] = [nodeHash(hash, other, older), nodeHash(hash, other, newer)];
      [place, last] = pastOnlyChildren(place, last);
    } else {
      newer = nodeHash(hash, newer, other);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
  }
  return last === 0 ? {older, newer} : null;
}

/**
 * Tells whether a proof of consistency proves its claim (RFC 9162 2.1.4.2). Of equal logs the roots must be
 * equal; an empty log is the beginning of any.
 */
export function isConsistent(hash: Hash, claim: ConsistencyClaim): boolean {
  const {first, firstRoot, second, secondRoot, proof} = claim;
  if (first > second) return false;
  if (first === 0) return proof.length === 0 && equals(firstRoot, hash());
  if (first === second) return proof.length === 0 && equals(firstRoot, secondRoot);
  const walked = walkUp(hash, claim);
  return walked !== null && equals(walked.older, firstRoot) && equals(walked.newer, secondRoot);
}
