import {equals, fromString, toString} from "uint8arrays";

/** Multihash "identity" of 36 bytes, then the protobuf of an Ed25519 public key of 32 bytes. */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const PUBLIC_KEY_BYTES = 32;

/**
 * The libp2p peer id of an Ed25519 public key (32 bytes): base58btc of its identity multihash.
 * @see libp2p specs, peer-ids/peer-ids.md, "Ed25519"
 */
export function peerIdOf(publicKey: Uint8Array): string {
  const bytes = new Uint8Array(PREFIX.length + PUBLIC_KEY_BYTES);
  bytes.set(PREFIX);
  bytes.set(publicKey, PREFIX.length);
  return toString(bytes, "base58btc");
}

/** The Ed25519 public key (32 bytes, owned by the caller) in a peer id, or undefined if it holds none. */
export function publicKeyOf(peerId: string): Uint8Array | undefined {
  // 38 bytes take 52 digits; a longer text is not decoded, because decoding takes quadratic time.
  if (!/^[1-9A-HJ-NP-Za-km-z]{52}$/.test(peerId)) return undefined;
  const bytes = fromString(peerId, "base58btc");
  const isEd25519 = equals(bytes.subarray(0, PREFIX.length), PREFIX);
  return isEd25519 && bytes.length === PREFIX.length + PUBLIC_KEY_BYTES
    ? bytes.slice(PREFIX.length)
    : undefined;
}
