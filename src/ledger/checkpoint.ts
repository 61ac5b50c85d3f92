import {equals} from "uint8arrays";
import type {Hash} from "../core/index.ts";
import {fromBase64, toBase64} from "./base64.ts";
import {HASH_BYTES} from "./merkle.ts";
import {formatNote, NOTE_ED25519, noteKeyId, parseNote} from "./signed-note.ts";

const ORIGIN = /^consilium\/ledger\/([1-9A-HJ-NP-Za-km-z]{52})\/([0-9]{1,16})$/;
const SIZE = /^(0|[1-9][0-9]{0,15})$/;

/** The head of a log: how many leaves it has, and the root over them (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log, see {@link originOf}. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** The node that writes a log, as the log's room sees it. */
export interface LedgerSigner {
  readonly peerId: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signs the UTF-8 bytes of `text` with Ed25519; returns 64 bytes. */
  sign(text: string): Uint8Array;
}

/** Hashing and verifying, which the room does not do itself. */
export interface LedgerPrimitives {
  readonly hash: Hash;
  /** The Ed25519 key in a peer id, or undefined if it holds none. */
  publicKeyOf(peerId: string): Uint8Array | undefined;
  /** Tells whether the holder of the peer id's key signed the UTF-8 bytes of `text`. */
  verify(peerId: string, text: string, signature: Uint8Array): boolean;
}

/**
 * Names a node's log by the node and the time at which the log began (wall-clock ms), because a node that
 * lost its log begins another, and one name must never have two contents.
 */
export function originOf(peerId: string, beganWallMs: number): string {
  return `consilium/ledger/${peerId}/${beganWallMs}`;
}

/** The peer id of the node that writes the log of this name; null for a foreign name. */
export function writerOf(origin: string): string | null {
  return ORIGIN.exec(origin)?.[1] ?? null;
}

/** Writes the text of a checkpoint that is signed. */
export function checkpointText({origin, size, root}: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

function parseText(text: string): Checkpoint | null {
  const [origin, size, base64, end, ...more] = text.split("\n");
  if (origin === undefined || size === undefined || base64 === undefined) return null;
  const root = fromBase64(base64);
  if (end !== "" || more.length > 0 || !SIZE.test(size) || root?.length !== HASH_BYTES) return null;
  return Number.isSafeInteger(Number(size)) ? {origin, size: Number(size), root} : null;
}

/** Signs a head as a C2SP signed note; the key's name is the log's. */
export function signCheckpoint(hash: Hash, signer: LedgerSigner, checkpoint: Checkpoint): string {
  const text = checkpointText(checkpoint);
  const name = checkpoint.origin;
  const keyId = noteKeyId(hash, name, NOTE_ED25519, signer.publicKey);
  return formatNote({text, signatures: [{name, keyId, signature: signer.sign(text)}]});
}

/**
 * Opens a signed head of a node's log: the writer that its origin names must have signed it; signatures of
 * others are left aside. Null if it is none, or the signature does not hold.
 */
export function openCheckpoint(primitives: LedgerPrimitives, note: string): Checkpoint | null {
  const parsed = parseNote(note);
  const checkpoint = parsed === null ? null : parseText(parsed.text);
  if (parsed === null || checkpoint === null) return null;
  const writer = writerOf(checkpoint.origin);
  const publicKey = writer === null ? undefined : primitives.publicKeyOf(writer);
  if (writer === null || publicKey === undefined) return null;
  const keyId = noteKeyId(primitives.hash, checkpoint.origin, NOTE_ED25519, publicKey);
  const own = parsed.signatures.filter(
    (signature) => signature.name === checkpoint.origin && equals(signature.keyId, keyId),
  );
  const isSigned =
    own.length > 0 && own.every(({signature}) => primitives.verify(writer, parsed.text, signature));
  return isSigned ? checkpoint : null;
}
