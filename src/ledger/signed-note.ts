import {concat, fromString} from "uint8arrays";
import type {Hash} from "../core/index.ts";
import {fromBase64, toBase64} from "./base64.ts";

/** Largest number of signatures that a note may bear, and the largest length of one's line. */
const MAX_SIGNATURES = 100;
const KEY_ID_BYTES = 4;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const DASH = "\u2014";
const SIGNATURE_LINE = new RegExp(`^${DASH} ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})$`, "u");

/** Signature types of a signed note (C2SP signed-note): the log's own Ed25519 signature. */
export const NOTE_ED25519 = 0x01;

/** One line below a note's text. */
export interface NoteSignature {
  /** The key's name: not empty, without white space and plus signs. */
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A text that ends with a newline, and its signatures. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/**
 * The id of a key in a signed note: the first 4 bytes of SHA-256 over name, newline, type and public key
 * (C2SP signed-note).
 */
export function noteKeyId(hash: Hash, name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return hash(fromString(`${name}\n`), Uint8Array.of(type), publicKey).slice(0, KEY_ID_BYTES);
}

/** Writes a note as C2SP signed-note: the text, an empty line, and a line for each signature. */
export function formatNote({text, signatures}: SignedNote): string {
  const lines = signatures.map(
    ({name, keyId, signature}) => `${DASH} ${name} ${toBase64(concat([keyId, signature]))}\n`,
  );
  return `${text}\n${lines.join("")}`;
}

/** Tells whether a text has a control character that is no newline. */
function hasControls(text: string): boolean {
  return fromString(text).some((byte) => byte < SPACE && byte !== NEWLINE);
}

function parseSignature(line: string): NoteSignature | null {
  const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = base64 === undefined ? null : fromBase64(base64);
  if (name === undefined || bytes === null || bytes.length <= KEY_ID_BYTES) return null;
  return {name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES)};
}

/** Reads a note as C2SP signed-note; null if it is none. No signature is verified. */
export function parseNote(note: string): SignedNote | null {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n") || hasControls(note)) return null;
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) return null;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignature(line);
    if (signature === null) return null;
    signatures.push(signature);
  }
  return {text: note.slice(0, end + 1), signatures};
}
