import {fromString, toString} from "uint8arrays";

/** Writes bytes as padded base64 (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return toString(bytes, "base64pad");
}

/** Reads padded base64; null if `text` is not exactly what {@link toBase64} writes. */
export function fromBase64(text: string): Uint8Array | null {
  try {
    const bytes = fromString(text, "base64pad");
    return toBase64(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}
