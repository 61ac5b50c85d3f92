import {CodedError, present, sha256, toHex} from "../core/index.ts";
import type {LineageErrorCode} from "./errors.ts";

/** Names of the files in a certified model's folder. */
export const FILE_NAMES = {
  weights: "model.safetensors",
  card: "model.json",
  plan: "plan.yaml",
  contract: "contract.json",
  roster: "roster.json",
  certificates: "certificates.cbor",
  signingKey: "model-signing.pub",
  statement: "statement.json",
  bundle: "model.sig",
} as const;

/** The files of a certified model by their names. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/** Traces of version control beside the model, which are not part of it. */
export const IGNORED_NAMES = [".git", ".gitattributes", ".github", ".gitignore"] as const;

/** The bytes of one of the files. */
export function fileOf(files: ModelFiles, file: keyof typeof FILE_NAMES): Uint8Array {
  return present(files.get(FILE_NAMES[file]), `the file ${FILE_NAMES[file]}`);
}

/** A file's name and the SHA-256 of its bytes, in hexadecimal. */
export interface NamedHash {
  readonly name: string;
  readonly sha256: string;
}

/** The hashes of all `files` but those named in `without`, in ascending order of names. */
export function hashesOf(files: ModelFiles, without: readonly string[]): NamedHash[] {
  return [...files.keys()]
    .filter((name) => !without.includes(name))
    .sort()
    .map((name) => ({name, sha256: toHex(sha256(present(files.get(name), `the file ${name}`)))}));
}

/**
 * Checks that all files of a certified model are there, and nothing else.
 * @throws LINEAGE_FILE_MISSING, LINEAGE_FILE_FOREIGN
 */
export function checkNames(files: ModelFiles): void {
  const known: readonly string[] = Object.values(FILE_NAMES);
  const missing = known.find((name) => !files.has(name));
  if (missing !== undefined) {
    throw new CodedError<LineageErrorCode>("LINEAGE_FILE_MISSING", `there is no file ${missing}`, {
      hint: "Ask for the whole folder, as `consilium model export` wrote it.",
      data: {file: missing},
    });
  }
  const foreign = [...files.keys()].find((name) => !known.includes(name));
  if (foreign === undefined) return;
  throw foreignFile(foreign);
}

/** The refusal of something in the folder that is no file of a certified model. */
export function foreignFile(name: string): CodedError<LineageErrorCode> {
  return new CodedError("LINEAGE_FILE_FOREIGN", `${name} does not belong to a certified model`, {
    hint: "Move it away; nothing signs it.",
  });
}
