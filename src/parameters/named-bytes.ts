import {type Hash, toHex} from "../core/index.ts";

/** Tells whether `name`, a lower-case hexadecimal SHA-256, is the hash of `bytes`. */
export function isNamed(hash: Hash, name: string, bytes: Uint8Array): boolean {
  return nameOf(hash, bytes) === name;
}

/** Returns the name of `bytes` that {@link isNamed} accepts: lower-case hexadecimal SHA-256. */
export function nameOf(hash: Hash, bytes: Uint8Array): string {
  return toHex(hash(bytes));
}
