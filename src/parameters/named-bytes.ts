import {type Hash, toHex} from "../core/index.ts";

/** Whether `bytes` are those that `name`, a lower-case hexadecimal SHA-256, names. */
export function isNamed(hash: Hash, name: string, bytes: Uint8Array): boolean {
  return toHex(hash(bytes)) === name;
}
