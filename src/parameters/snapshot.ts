import {CodedError, type Hash, toHex} from "../core/index.ts";
import {singles} from "./codecs/codec.ts";
import type {Layout} from "./layout.ts";

const LAYOUT_HASH_BYTES = 32;

/**
 * Identifies the meaning of the values of a vector: SHA-256 over the tensors' names and shapes and the hash
 * of the data contract (feature order, categories, label).
 * @param contract the data contract's SHA-256 in hexadecimal
 */
export function layoutHash(hash: Hash, layout: Layout, contract: string): Uint8Array {
  const tensors = layout.tensors.map((tensor) => [tensor.name, [...tensor.shape]]);
  return hash(new TextEncoder().encode(JSON.stringify(["consilium/layout/1", contract, tensors])));
}

/** The parameters that all members hold after a round. */
export interface Snapshot {
  /** Lower-case hexadecimal SHA-256 of `bytes`: the parameter hash. */
  readonly hash: string;
  /** The layout hash, then the values as little-endian binary32. Not to be changed. */
  readonly bytes: Uint8Array;
  /** The values, a view of `bytes`. Not to be changed. */
  readonly values: Float32Array;
}

/** Size in bytes of a snapshot of `values` values. */
export function snapshotSize(values: number): number {
  return LAYOUT_HASH_BYTES + 4 * values;
}

/** Freezes `values` (copied) into a {@link Snapshot}. */
export function createSnapshot(hash: Hash, layout: Uint8Array, values: Float32Array): Snapshot {
  const bytes = new Uint8Array(snapshotSize(values.length));
  bytes.set(layout);
  const view = singles(bytes.subarray(LAYOUT_HASH_BYTES));
  view.set(values);
  return {hash: toHex(hash(bytes)), bytes, values: view};
}

/** Requirements on the bytes of a snapshot. */
export interface SnapshotExpectation {
  readonly layout: Uint8Array;
  readonly values: number;
}

/**
 * Reads a snapshot from the bytes of a peer or a disk.
 * @throws PARAMETERS_WRONG_SIZE, PARAMETERS_LAYOUT_FOREIGN, PARAMETERS_NOT_FINITE
 */
export function openSnapshot(hash: Hash, bytes: Uint8Array, expected: SnapshotExpectation): Snapshot {
  if (bytes.length !== snapshotSize(expected.values)) {
    throw new CodedError("PARAMETERS_WRONG_SIZE", "a snapshot has not the size of this run's model");
  }
  if (expected.layout.some((byte, index) => byte !== bytes[index])) {
    throw new CodedError("PARAMETERS_LAYOUT_FOREIGN", "a snapshot belongs to another model or data contract");
  }
  const values = singles(bytes.subarray(LAYOUT_HASH_BYTES));
  if (!values.every((value) => Number.isFinite(value))) {
    throw new CodedError("PARAMETERS_NOT_FINITE", "a snapshot holds NaN or infinite values");
  }
  return {hash: toHex(hash(bytes)), bytes, values};
}
