import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from "node:crypto";
import {alloc, concat, equals, fromString} from "uint8arrays";
import {at, CodedError} from "../../core/index.ts";
import {byteReader} from "./byte-reader.ts";

/** The first bytes of every backup; the number is the version of its format. */
const MAGIC = fromString("consilium/backup/1\n");
const ANY_MAGIC = fromString("consilium/backup/");
const SALT_BYTES = 32;
const MAC_BYTES = 32;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const SEGMENT_BYTES = 64 * 1024;
const BLOCK_SIZE = 8;
/** Above the usual cost of a password today; a header that asks for more is damaged or malicious. */
const MAX_COST_BITS = 18;
const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES;

/**
 * Cost of the passphrase: scrypt with N = 2^17, r = 8, p = 1 takes 128 MiB and about half a second (RFC
 * 7914).
 */
export const COST_BITS = 17;

interface Keys {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

async function keysOf(passphrase: string, salt: Uint8Array, costBits: number): Promise<Keys> {
  const options: ScryptOptions = {
    cost: 2 ** costBits,
    blockSize: BLOCK_SIZE,
    parallelization: 1,
    maxmem: 256 * BLOCK_SIZE * 2 ** costBits,
  };
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    const text = fromString(passphrase.normalize("NFC"));
    scrypt(text, salt, 2 * KEY_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
  return {cipher: bytes.subarray(0, KEY_BYTES), mac: bytes.subarray(KEY_BYTES)};
}

/** Number of the segment, big-endian, and a flag for the last one: none can be left out, moved or added. */
function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = alloc(12);
  new DataView(nonce.buffer, nonce.byteOffset).setBigUint64(3, BigInt(index));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

function sealSegment(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  return concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/**
 * Encrypts `plain` under a passphrase: the magic, log2 of scrypt's N, its salt, an HMAC-SHA-256 of these,
 * then segments of 64 KiB, each with AES-256-GCM's tag. Each backup has a key of its own, so no counted nonce
 * is ever used twice under one key. The segments are those of STREAM: Hoang, Reyhanitabar, Rogaway and Vizar,
 * Online authenticated-encryption and its nonce-reuse misuse-resistance, CRYPTO 2015, section 7.
 */
export async function* seal(
  plain: AsyncIterable<Uint8Array>,
  passphrase: string,
  costBits: number = COST_BITS,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(SALT_BYTES);
  const keys = await keysOf(passphrase, salt, costBits);
  const header = concat([MAGIC, Uint8Array.of(costBits), salt]);
  yield concat([header, createHmac("sha256", keys.mac).update(header).digest()]);
  const reader = byteReader(plain);
  for (let index = 0; ; index++) {
    const segment = await reader.take(SEGMENT_BYTES);
    const isLast = await reader.isAtEnd();
    yield sealSegment(keys.cipher, nonceOf(index, isLast), segment);
    if (isLast) return;
  }
}

function foreign(isNewer: boolean): CodedError {
  return isNewer
    ? new CodedError("STORAGE_BACKUP_FOREIGN", "the backup has a format that this version does not know", {
        hint: "Update consilium on this machine.",
      })
    : new CodedError("STORAGE_BACKUP_FOREIGN", "the file is no backup of consilium", {
        hint: "Check the path.",
      });
}

/** The error of a backup whose bytes differ from those that were written. */
export function damaged(what: string): CodedError {
  return new CodedError("STORAGE_BACKUP_CORRUPT", `the backup is damaged: ${what}; nothing was restored`, {
    hint: "Take another copy of it, or an older backup.",
  });
}

function checkMagic(header: Uint8Array): void {
  if (equals(header.subarray(0, MAGIC.length), MAGIC)) return;
  throw foreign(equals(header.subarray(0, ANY_MAGIC.length), ANY_MAGIC));
}

function openSegment(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < TAG_BYTES) throw damaged("its end is missing");
  const at = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, {authTagLength: TAG_BYTES});
  decipher.setAuthTag(sealed.subarray(at));
  try {
    return concat([decipher.update(sealed.subarray(0, at)), decipher.final()]);
  } catch {
    throw damaged("its bytes were changed, or its end is missing");
  }
}

/**
 * Decrypts the bytes that {@link seal} took. Each part is authentic when it comes; the whole is authentic
 * only when the last part has come.
 * @throws STORAGE_BACKUP_FOREIGN, STORAGE_BACKUP_PASSPHRASE, STORAGE_BACKUP_CORRUPT
 */
export async function* unseal(
  sealed: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array> {
  const reader = byteReader(sealed);
  const header = await reader.take(HEADER_BYTES);
  checkMagic(header);
  const mac = await reader.take(MAC_BYTES);
  if (header.length < HEADER_BYTES || mac.length < MAC_BYTES) throw damaged("its end is missing");
  const costBits = at(header, MAGIC.length);
  if (costBits < 1 || costBits > MAX_COST_BITS) throw damaged("its header asks for an unlikely effort");
  const keys = await keysOf(passphrase, header.subarray(MAGIC.length + 1), costBits);
  if (!timingSafeEqual(createHmac("sha256", keys.mac).update(header).digest(), mac)) {
    throw new CodedError("STORAGE_BACKUP_PASSPHRASE", "the passphrase is not that of the backup", {
      hint: "Give the one that it was made with; without it nobody can read the backup.",
    });
  }
  for (let index = 0; ; index++) {
    const segment = await reader.take(SEGMENT_BYTES + TAG_BYTES);
    const isLast = await reader.isAtEnd();
    yield openSegment(keys.cipher, nonceOf(index, isLast), segment);
    if (isLast) return;
  }
}
