import {createHash, hash as hashAtOnce} from "node:crypto";

/** SHA-256 over the concatenation of `parts`: 32 bytes, owned by the caller. */
export type Hash = (...parts: readonly Uint8Array[]) => Uint8Array;

/** {@link Hash} by the machine's OpenSSL (FIPS 180-4). */
export const sha256: Hash = (...parts) => {
  const [first] = parts;
  // Takes half the time for messages of a few hundred bytes, which are most.
  if (first !== undefined && parts.length === 1) return new Uint8Array(hashAtOnce("sha256", first, "buffer"));
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** A SHA-256 that takes its input piece by piece. `digest` may be called once. */
export interface RunningHash {
  update(part: Uint8Array): void;
  digest(): Uint8Array;
}

/** Starts a {@link RunningHash}. */
export function runningSha256(): RunningHash {
  const hash = createHash("sha256");
  return {
    update: (part) => void hash.update(part),
    digest: () => new Uint8Array(hash.digest()),
  };
}

/** Formats `bytes` as lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
