import {join} from "node:path";
import {CodedError, sha256, toHex} from "../core/index.ts";
import {reading, writing} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {sweepTemporaries, writeDurably} from "./files/write-durably.ts";
import {checkedHexName} from "./names.ts";

const HASH_DIGITS = 64;

/** The name of a model's bytes: 64 lower-case hexadecimal digits. */
export type ModelHash = (bytes: Uint8Array) => string;

/** SHA-256 of the bytes alone. */
const plainModelHash: ModelHash = (bytes) => toHex(sha256(bytes));

/**
 * The models of a run, each in a file named by its hash. All methods throw STORAGE_NAME_INVALID for other
 * names.
 */
export interface ModelStore {
  /**
   * Stores `bytes` (left unchanged), whose hash the caller vouches for; durable when this resolves.
   * @throws {CodedError} STORAGE_FULL, STORAGE_UNWRITABLE
   */
  put(hashHex: string, bytes: Uint8Array): Promise<void>;
  /**
   * Reads the bytes of that hash, checked and owned by the caller, or undefined when they are not stored.
   * @throws {CodedError} STORAGE_MODEL_CORRUPT, STORAGE_UNREADABLE
   */
  get(hashHex: string): Promise<Uint8Array | undefined>;
  /** The hashes of the stored models, in ascending order. */
  list(): Promise<string[]>;
  /** Removes that model, if it is stored. @throws {CodedError} STORAGE_UNWRITABLE */
  remove(hashHex: string): Promise<void>;
}

/**
 * Reads the models in `directory`, which need not exist, even while another process writes to it.
 * @param hashOf hash against which `get` checks the bytes
 */
export function readModelStore(
  files: FileSystem,
  directory: string,
  hashOf: ModelHash = plainModelHash,
): Pick<ModelStore, "get"> {
  return {
    async get(hashHex) {
      const path = join(directory, checkedHexName(hashHex, HASH_DIGITS));
      const bytes = await reading(path, () => files.read(path));
      if (bytes !== undefined && hashOf(bytes) !== hashHex) {
        throw new CodedError("STORAGE_MODEL_CORRUPT", `the stored model ${path} is damaged`, {
          data: {path},
          hint: "Check the disk; restore the state directory from a backup, or take part again with a new one.",
        });
      }
      return bytes;
    },
  };
}

/**
 * Opens the models in the existing `directory`, which must be locked by this process.
 * @param hashOf hash against which `get` checks the bytes
 * @throws {CodedError} STORAGE_UNWRITABLE
 */
export async function openModelStore(
  files: FileSystem,
  directory: string,
  hashOf: ModelHash = plainModelHash,
): Promise<ModelStore> {
  await sweepTemporaries(files, directory);
  const pathOf = (hashHex: string): string => join(directory, checkedHexName(hashHex, HASH_DIGITS));
  return {
    ...readModelStore(files, directory, hashOf),
    put: async (hashHex, bytes) => writeDurably(files, pathOf(hashHex), bytes),
    async list() {
      const names = await reading(directory, () => files.list(directory));
      return names.filter((name) => name.length === HASH_DIGITS && /^[0-9a-f]+$/.test(name));
    },
    async remove(hashHex) {
      const path = pathOf(hashHex);
      await writing(path, () => files.remove(path));
    },
  };
}
