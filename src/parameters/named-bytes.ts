import {type Hash, toHex} from "../core/index.ts";

/** Whether `bytes` are those that `name`, a lower-case hexadecimal SHA-256, names. */
export function isNamed(hash: Hash, name: string, bytes: Uint8Array): boolean {
  return nameOf(hash, bytes) === name;
}

/** What {@link isNamed} would find to be the name of `bytes`: lower-case hexadecimal SHA-256. */
export function nameOf(hash: Hash, bytes: Uint8Array): string {
  return toHex(hash(bytes));
}
