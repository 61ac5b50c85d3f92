import {createPrivateKey, createPublicKey, type KeyObject, sign, verify} from "node:crypto";
import {wordlist} from "@scure/bip39/wordlists/english.js";
import {encode} from "cborg";
import {concat, fromString} from "uint8arrays";
import {at, CodedError, present, sha256} from "../core/index.ts";
import {peerIdOf, publicKeyOf} from "./peer-id.ts";

const SEED_BYTES = 32;
const FINGERPRINT_WORDS = 6;
const BITS_OF_A_WORD = 11;
const SIGNATURE_DOMAIN = "consilium/signature/1";
/** RFC 8410: the bytes before the seed in PKCS#8 and before the public key in SubjectPublicKeyInfo. */
const PKCS8_PREFIX = fromString("302e020100300506032b657004220420", "hex");
const SPKI_PREFIX = fromString("302a300506032b6570032100", "hex");

/** The context in which a signature is valid; it is valid in no other. */
export interface SignatureContext {
  /** The consortium's id. */
  readonly consortium: string;
  /** The run's id, or "" outside a run. */
  readonly run: string;
  /** The epoch or round, a whole number from 0. */
  readonly epoch: number;
}

/** A node's signing identity. It holds the seed: never log or send it as a whole. */
export interface Identity {
  /** The libp2p peer id, such as `12D3KooW...`. */
  readonly peerId: string;
  /** 32 bytes; not to be changed. */
  readonly publicKey: Uint8Array;
  /** The private seed, 32 bytes; not to be changed. */
  readonly seed: Uint8Array;
  /**
   * The first 66 bits of the public key's SHA-256 for people to compare by voice: six words of BIP 39's English
   * list, 11 bits each.
   */
  readonly fingerprint: string;
  /** Signs `bytes` for one purpose in one context; returns the signature (64 bytes, owned by the caller). */
  sign(purpose: string, context: SignatureContext, bytes: Uint8Array): Uint8Array;
  /**
   * Signs a document for readers outside of any run, by {@link envelopeBytes}; returns the signature (64
   * bytes, owned by the caller).
   */
  signEnvelope(payloadType: string, payload: Uint8Array): Uint8Array;
  /**
   * Signs the UTF-8 bytes of a text as it is, in the form that other programs verify, such as a signed note.
   * What {@link sign} signs is CBOR and no text, so neither can stand for the other.
   */
  signText(text: string): Uint8Array;
}

/**
 * The bytes that a signature of a DSSE envelope covers, its "pre-authentication encoding". They begin with
 * text, so that no other message that a node key signs is like them.
 * @see https://github.com/secure-systems-lab/dsse/blob/v1.0.0/protocol.md
 */
export function envelopeBytes(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = fromString(payloadType);
  return concat([fromString(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload]);
}

/** The signed message: canonical CBOR of domain, purpose, consortium, run, epoch and the bytes' SHA-256. */
function signedMessage(purpose: string, context: SignatureContext, bytes: Uint8Array): Uint8Array {
  const {consortium, run, epoch} = context;
  return encode([SIGNATURE_DOMAIN, purpose, consortium, run, epoch, sha256(bytes)]);
}

function toPrivateKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({key: Buffer.from(concat([PKCS8_PREFIX, seed])), format: "der", type: "pkcs8"});
}

function toPublicKey(publicKey: Uint8Array): KeyObject {
  return createPublicKey({key: Buffer.from(concat([SPKI_PREFIX, publicKey])), format: "der", type: "spki"});
}

/**
 * The words by which people compare the Ed25519 key in `peerId`, see {@link Identity.fingerprint}.
 * @throws {CodedError} CORE_UNREACHABLE if there is no such key in it
 */
export function fingerprintOf(peerId: string): string {
  const hash = sha256(present(publicKeyOf(peerId), "the key in a peer id"));
  const bits = Array.from(hash.subarray(0, 9), (byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({length: FINGERPRINT_WORDS}, (_, index) =>
    at(wordlist, Number.parseInt(bits.slice(BITS_OF_A_WORD * index, BITS_OF_A_WORD * (index + 1)), 2)),
  ).join(" ");
}

/**
 * Creates the identity of an Ed25519 `seed` (RFC 8032 private key, 32 bytes, copied).
 * @throws {CodedError} CONSORTIUM_SEED_INVALID
 */
export function createIdentity(seed: Uint8Array): Identity {
  if (seed.length !== SEED_BYTES) {
    throw new CodedError("CONSORTIUM_SEED_INVALID", `a seed has ${SEED_BYTES} bytes, not ${seed.length}`);
  }
  const privateKey = toPrivateKey(seed);
  const publicKey = fromString(
    present(createPublicKey(privateKey).export({format: "jwk"}).x, "the x of an Ed25519 key"),
    "base64url",
  );
  return {
    peerId: peerIdOf(publicKey),
    publicKey,
    seed: seed.slice(),
    fingerprint: fingerprintOf(peerIdOf(publicKey)),
    sign: (purpose, context, bytes) =>
      new Uint8Array(sign(null, signedMessage(purpose, context, bytes), privateKey)),
    signEnvelope: (payloadType, payload) =>
      new Uint8Array(sign(null, envelopeBytes(payloadType, payload), privateKey)),
    signText: (text) => new Uint8Array(sign(null, fromString(text), privateKey)),
  };
}

/** Number of keys that are kept ready: more than any consortium has members. */
const MAX_READY_KEYS = 1024;
const readyKeys = new Map<string, KeyObject>();

/** The key in `peerId`, prepared once, because preparing takes as long as a check with it. */
function keyOf(peerId: string): KeyObject | undefined {
  const ready = readyKeys.get(peerId);
  if (ready !== undefined) return ready;
  const publicKey = publicKeyOf(peerId);
  if (publicKey === undefined) return undefined;
  const key = toPublicKey(publicKey);
  if (readyKeys.size >= MAX_READY_KEYS) readyKeys.clear();
  readyKeys.set(peerId, key);
  return key;
}

/** A document with one signature, see {@link Identity.signEnvelope}. */
export interface SignedEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** Tells whether the holder of `peerId`'s key signed this document; false for rubbish. */
export function verifyEnvelope(peerId: string, envelope: SignedEnvelope): boolean {
  const {payloadType, payload, signature} = envelope;
  const key = keyOf(peerId);
  if (key === undefined || signature.length !== 64) return false;
  return verify(null, envelopeBytes(payloadType, payload), key, signature);
}

/** The input of {@link verifySignature}. */
export interface SignedBytes {
  readonly purpose: string;
  readonly context: SignatureContext;
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Tells whether the holder of `peerId`'s key signed these bytes for this purpose and context; false for
 * rubbish.
 */
export function verifySignature(peerId: string, signed: SignedBytes): boolean {
  const key = keyOf(peerId);
  if (key === undefined || signed.signature.length !== 64) return false;
  const message = signedMessage(signed.purpose, signed.context, signed.bytes);
  return verify(null, message, key, signed.signature);
}

/** Tells whether the holder of `peerId`'s key signed this text, see {@link Identity.signText}. */
export function verifyText(peerId: string, text: string, signature: Uint8Array): boolean {
  const key = keyOf(peerId);
  return key !== undefined && signature.length === 64 && verify(null, fromString(text), key, signature);
}
