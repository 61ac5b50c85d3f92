import {createHash, createPublicKey, verify} from "node:crypto";
import {generateKeyPairFromSeed} from "@libp2p/crypto/keys";
import {peerIdFromPrivateKey} from "@libp2p/peer-id";
import fc from "fast-check";
import {fromString, toString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {
  createIdentity,
  peerIdOf,
  publicKeyOf,
  verifyEnvelope,
  verifySignature,
} from "../../src/consortium/index.ts";
import {createRandom} from "../../src/core/index.ts";

const CONTEXT = {consortium: "c".repeat(64), run: "0".repeat(32), epoch: 3};
const BYTES = fromString("a certificate");

describe("an identity", () => {
  it("has libp2p's peer id, for 20 seeds", async () => {
    for (let number = 0; number < 20; number++) {
      const random = createRandom({seed: number, site: "", round: 0, purpose: "identity test"});
      const seed = Uint8Array.from({length: 32}, () => random.below(256));
      const key = await generateKeyPairFromSeed("Ed25519", seed);
      const identity = createIdentity(seed);
      expect(identity.peerId, `seed ${number}`).toBe(peerIdFromPrivateKey(key).toString());
      expect(identity.peerId, `seed ${number}`).toMatch(/^12D3KooW/);
      expect(toString(identity.publicKey, "hex"), `seed ${number}`).toBe(toString(key.publicKey.raw, "hex"));
      expect(publicKeyOf(identity.peerId), `seed ${number}`).toEqual(identity.publicKey);
    }
  });

  it("has the public key of RFC 8032, section 7.1, test 1", () => {
    const seed = fromString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex");
    const identity = createIdentity(seed);
    expect(toString(identity.publicKey, "hex")).toBe(
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    );
    // SHA-256 of the key above begins with 21fe31dfa154a26162; in groups of 11 bits: 271, 1932, 959, 533, 593 and 389, of which
    // the words stand in BIP 39's list.
    expect(identity.fingerprint).toBe("capable various jewel dress enforce cost");
  });

  it("signs the canonical CBOR of domain, purpose, consortium, run, epoch and hash", () => {
    const identity = createIdentity(new Uint8Array(32).fill(9));
    // RFC 8949: a list of six; texts of 21, 4, 64 and 32 bytes; the integer 3; a byte string of 32 bytes.
    const message = Buffer.concat([
      Buffer.from([0x86, 0x75]),
      Buffer.from("consilium/signature/1"),
      Buffer.from([0x64]),
      Buffer.from("vote"),
      Buffer.from([0x78, 64]),
      Buffer.from(CONTEXT.consortium),
      Buffer.from([0x78, 32]),
      Buffer.from(CONTEXT.run),
      Buffer.from([0x03, 0x58, 32]),
      createHash("sha256").update(BYTES).digest(),
    ]);
    const x = toString(identity.publicKey, "base64url");
    const key = createPublicKey({key: {kty: "OKP", crv: "Ed25519", x}, format: "jwk"});
    expect(verify(null, message, key, identity.sign("vote", CONTEXT, BYTES))).toBe(true);
  });

  it("copies its seed and refuses one of another length", () => {
    const seed = new Uint8Array(32);
    const identity = createIdentity(seed);
    seed.fill(1);
    expect(identity.seed).toEqual(new Uint8Array(32));
    expect(() => createIdentity(new Uint8Array(31))).toThrow(
      expect.objectContaining({code: "CONSORTIUM_SEED_INVALID"}),
    );
  });
});

describe("a signature", () => {
  const signer = createIdentity(new Uint8Array(32).fill(7));
  const signature = signer.sign("vote", CONTEXT, BYTES);
  const signed = {purpose: "vote", context: CONTEXT, bytes: BYTES, signature};

  it("holds for its signer, purpose, context and bytes alone", () => {
    expect(verifySignature(signer.peerId, signed)).toBe(true);
    const other = createIdentity(new Uint8Array(32).fill(8)).peerId;
    expect(verifySignature(other, signed)).toBe(false);
    const wrong = [
      {...signed, purpose: "votes"},
      {...signed, context: {...CONTEXT, consortium: "d".repeat(64)}},
      {...signed, context: {...CONTEXT, run: "1".repeat(32)}},
      {...signed, context: {...CONTEXT, epoch: 4}},
      {...signed, bytes: fromString("a certificat")},
    ];
    for (const [index, claim] of wrong.entries()) {
      expect(verifySignature(signer.peerId, claim), `claim ${index}`).toBe(false);
    }
  });

  it("does not let text move from one field into the next", () => {
    const moved = {...signed, purpose: `vote${CONTEXT.consortium}`, context: {...CONTEXT, consortium: ""}};
    expect(verifySignature(signer.peerId, moved)).toBe(false);
  });

  it("with any byte changed does not hold, and rubbish does no harm", () => {
    fc.assert(
      fc.property(fc.nat(63), fc.integer({min: 1, max: 255}), (position, flip) => {
        const changed = signature.slice();
        changed[position] = (changed[position] ?? 0) ^ flip;
        return !verifySignature(signer.peerId, {...signed, signature: changed});
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({maxLength: 80}), (peerId, rubbish) => {
        return !verifySignature(peerId, {...signed, signature: rubbish});
      }),
    );
  });

  it("of a peer id of another kind of key is none", () => {
    // A libp2p RSA peer id and a CIDv1, from the libp2p specification of peer ids.
    for (const peerId of [
      "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
      "bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe",
      "",
    ]) {
      expect(publicKeyOf(peerId), peerId).toBeUndefined();
      expect(verifySignature(peerId, signed), peerId).toBe(false);
    }
    expect(publicKeyOf(peerIdOf(signer.publicKey))).toEqual(signer.publicKey);
  });
});

describe("a signed envelope", () => {
  const type = "application/vnd.in-toto+json";
  const identity = createIdentity(new Uint8Array(32).fill(9));
  const payload = fromString('{"_type":"x"}');
  const signature = identity.signEnvelope(type, payload);

  it("is its signer's, and nobody else's, and of these bytes and this type alone", () => {
    const {peerId} = identity;
    const envelope = {payloadType: type, payload, signature};
    expect(verifyEnvelope(peerId, envelope)).toBe(true);
    expect(verifyEnvelope(createIdentity(new Uint8Array(32).fill(8)).peerId, envelope)).toBe(false);
    expect(verifyEnvelope(peerId, {...envelope, payloadType: "text/plain"})).toBe(false);
    expect(verifyEnvelope(peerId, {...envelope, payload: fromString('{"_type":"y"}')})).toBe(false);
    expect(verifyEnvelope(peerId, {...envelope, signature: signature.subarray(1)})).toBe(false);
    expect(verifyEnvelope("nobody", envelope)).toBe(false);
  });

  it("is no vote, and no vote is an envelope", () => {
    const signed = {purpose: "vote", context: CONTEXT, bytes: payload};
    expect(verifySignature(identity.peerId, {...signed, signature})).toBe(false);
    const vote = identity.sign("vote", CONTEXT, payload);
    expect(verifyEnvelope(identity.peerId, {payloadType: type, payload, signature: vote})).toBe(false);
  });
});
