import type {Hash} from "../core/index.ts";

const LEAF = Uint8Array.of(0x00);
const NODE = Uint8Array.of(0x01);

/** Length of every hash of a log, in bytes. */
export const HASH_BYTES = 32;

/** Computes the hash of a leaf with the content `bytes` (RFC 6962 2.1). */
export function leafHash(hash: Hash, bytes: Uint8Array): Uint8Array {
  return hash(LEAF, bytes);
}

/** Computes the hash of a node above two others (RFC 6962 2.1). */
export function nodeHash(hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash(NODE, left, right);
}

/**
 * The part of the tree over a log's first `size` leaves that must be remembered to go on: the root of each
 * complete subtree, the largest and oldest first. There are as many as `size` has ones in binary.
 */
export interface Frontier {
  readonly size: number;
  readonly peaks: readonly Uint8Array[];
}

/** The frontier of a log without leaves. */
export const EMPTY_FRONTIER: Frontier = {size: 0, peaks: []};

/** The frontier after one more leaf, of which `leaf` is the hash; takes O(log n). */
export function withLeaf(hash: Hash, {size, peaks}: Frontier, leaf: Uint8Array): Frontier {
  const kept = [...peaks];
  let node = leaf;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
    const left = kept.pop();
    if (left !== undefined) node = nodeHash(hash, left, node);
  }
  return {size: size + 1, peaks: [...kept, node]};
}

/** The root of the tree of a frontier's leaves; without leaves the hash of nothing (RFC 6962 2.1). */
export function frontierRoot(hash: Hash, {peaks}: Frontier): Uint8Array {
  const [last, ...others] = peaks.toReversed();
  if (last === undefined) return hash();
  return others.reduce((right, left) => nodeHash(hash, left, right), last);
}

/** Tells whether a frontier has as many peaks as its size needs. */
export function isFrontier({size, peaks}: Frontier): boolean {
  let ones = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones === peaks.length && peaks.every(({length}) => length === HASH_BYTES);
}
