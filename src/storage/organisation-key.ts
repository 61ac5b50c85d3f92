import {randomBytes} from "node:crypto";
import {concat, equals, fromString} from "uint8arrays";
import {CodedError, isCoded} from "../core/index.ts";
import {COST_BITS, seal, unseal} from "./backup/sealed-stream.ts";
import {reading} from "./files/file-faults.ts";
import {type FileSystem, nodeFileSystem} from "./files/file-system.ts";
import {OWNER_ONLY, writeDurably} from "./files/write-durably.ts";
import {checkKeyPermissions} from "./node-key.ts";

/** What the sealed bytes begin with; the number is the version of the format. */
const TAG = fromString("consilium/organisation-key/1\n");
const SEED_BYTES = 32;

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function whole(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const taken: Uint8Array[] = [];
  for await (const part of parts) taken.push(part);
  return concat(taken);
}

function malformed(path: string, cause?: unknown): CodedError {
  return new CodedError("STORAGE_KEY_MALFORMED", `${path} is not an organisation key, or is damaged`, {
    data: {path},
    hint: "Take it from where you keep its copy.",
    cause,
  });
}

async function opened(path: string, sealed: Uint8Array, passphrase: string): Promise<Uint8Array> {
  try {
    return await whole(unseal(once(sealed), passphrase));
  } catch (error) {
    if (!isCoded(error, "STORAGE_BACKUP_PASSPHRASE")) throw malformed(path, error);
    throw new CodedError("STORAGE_KEY_PASSPHRASE", `the passphrase is not that of the key ${path}`, {
      data: {path},
      hint: "Give the one that it was made with.",
    });
  }
}

/**
 * Reads the Ed25519 seed (32 bytes, owned by the caller) of an organisation key, which only its passphrase
 * opens; undefined when there is none at `path`.
 * @throws {CodedError} STORAGE_UNSAFE_PERMISSIONS, STORAGE_UNREADABLE, STORAGE_KEY_MALFORMED,
 *   STORAGE_KEY_PASSPHRASE
 */
export async function readOrganisationKey(
  path: string,
  passphrase: string,
  files: FileSystem = nodeFileSystem,
): Promise<Uint8Array | undefined> {
  await checkKeyPermissions(files, path);
  const sealed = await reading(path, () => files.read(path));
  if (sealed === undefined) return undefined;
  const plain = await opened(path, sealed, passphrase);
  const isKey = equals(plain.subarray(0, TAG.length), TAG) && plain.length === TAG.length + SEED_BYTES;
  if (!isKey) throw malformed(path);
  return plain.slice(TAG.length);
}

/**
 * Draws a new organisation key, writes it to `path` (mode 0600) under its passphrase, and returns its seed.
 * The sealed form is that of backups: scrypt and AES-256-GCM.
 * @throws {CodedError} STORAGE_KEY_EXISTS, STORAGE_FULL, STORAGE_UNWRITABLE, STORAGE_UNREADABLE
 */
export async function createOrganisationKey(
  path: string,
  passphrase: string,
  {files = nodeFileSystem, costBits = COST_BITS}: {files?: FileSystem; costBits?: number} = {},
): Promise<Uint8Array> {
  if ((await reading(path, () => files.permissions(path))) !== undefined) {
    throw new CodedError("STORAGE_KEY_EXISTS", `there is a key at ${path} already`, {
      data: {path},
      hint: "It is never overwritten; move it away first if it is to be replaced.",
    });
  }
  const seed = new Uint8Array(randomBytes(SEED_BYTES));
  await writeDurably(
    files,
    path,
    await whole(seal(once(concat([TAG, seed])), passphrase, costBits)),
    OWNER_ONLY,
  );
  return seed;
}
