import {createPrivateKey, generateKeyPairSync, type KeyObject} from "node:crypto";
import {fromString, toString} from "uint8arrays";
import {CodedError, present} from "../core/index.ts";
import {reading} from "./files/file-faults.ts";
import type {FileSystem} from "./files/file-system.ts";
import {OWNER_ONLY, writeDurably} from "./files/write-durably.ts";

const SEED_BYTES = 32;

function seedOf(key: KeyObject): Uint8Array | undefined {
  if (key.asymmetricKeyType !== "ed25519") return undefined;
  const seed = fromString(present(key.export({format: "jwk"}).d, "the seed of an Ed25519 key"), "base64url");
  return seed.length === SEED_BYTES ? seed : undefined;
}

function parseSeed(pem: Uint8Array): Uint8Array | undefined {
  try {
    return seedOf(createPrivateKey({key: toString(pem), format: "pem", type: "pkcs8"}));
  } catch {
    return undefined;
  }
}

/**
 * Refuses a key file that its group or others can read, write or run.
 * @throws {CodedError} STORAGE_UNSAFE_PERMISSIONS, STORAGE_UNREADABLE
 */
export async function checkKeyPermissions(files: FileSystem, path: string): Promise<void> {
  const permissions = await reading(path, () => files.permissions(path));
  if (permissions === undefined || (permissions & 0o077) === 0) return;
  throw new CodedError(
    "STORAGE_UNSAFE_PERMISSIONS",
    `the key file ${path} is open to others (mode ${permissions.toString(8).padStart(4, "0")})`,
    {data: {path, permissions}, hint: `Run chmod 600 on it; if others may have read it, replace the key.`},
  );
}

/**
 * Reads the Ed25519 seed (32 bytes, owned by the caller) of the PKCS#8 PEM file at `path`, or undefined when
 * there is none.
 * @throws {CodedError} STORAGE_UNSAFE_PERMISSIONS, STORAGE_UNREADABLE, STORAGE_KEY_MALFORMED
 */
export async function readNodeKey(files: FileSystem, path: string): Promise<Uint8Array | undefined> {
  await checkKeyPermissions(files, path);
  const pem = await reading(path, () => files.read(path));
  if (pem === undefined) return undefined;
  const seed = parseSeed(pem);
  if (seed !== undefined) return seed;
  throw new CodedError("STORAGE_KEY_MALFORMED", `${path} is not an Ed25519 private key in PKCS#8 PEM`, {
    data: {path},
    hint: "Restore it from a backup; a new key needs a new entry in the roster.",
  });
}

/**
 * Draws a new node key and writes it to `path` (mode 0600, PKCS#8 PEM, which `openssl pkey` reads); returns
 * its seed.
 * @throws {CodedError} STORAGE_KEY_EXISTS, STORAGE_FULL, STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function createNodeKey(files: FileSystem, path: string): Promise<Uint8Array> {
  const permissions = await reading(path, () => files.permissions(path));
  if (permissions !== undefined) {
    throw new CodedError("STORAGE_KEY_EXISTS", `there is a node key at ${path} already`, {
      data: {path},
      hint: "It is never overwritten; move it away first if it is to be replaced.",
    });
  }
  const {privateKey} = generateKeyPairSync("ed25519");
  const seed = seedOf(privateKey);
  if (seed === undefined) throw new CodedError("STORAGE_KEY_MALFORMED", "the drawn key has no Ed25519 seed");
  const pem = privateKey.export({format: "pem", type: "pkcs8"});
  await writeDurably(files, path, fromString(String(pem)), OWNER_ONLY);
  return seed;
}
