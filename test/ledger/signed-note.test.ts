import {createPublicKey, verify} from "node:crypto";
import fc from "fast-check";
import {concat, fromString, toString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {at, present, sha256, toHex} from "../../src/core/index.ts";
import {checkpointText, openCheckpoint, originOf, signCheckpoint} from "../../src/ledger/checkpoint.ts";
import {
  formatNote,
  NOTE_ED25519,
  type NoteSignature,
  noteKeyId,
  parseNote,
} from "../../src/ledger/signed-note.ts";
import {PRIMITIVES, signerOf} from "./signed-log.ts";

/** Example of the documentation of golang.org/x/mod/sumdb/note (BSD-3-Clause). */
const GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE =
  "If you think cryptography is the answer to your problem,\n" +
  "then you don't know what your problem is.\n\n" +
  "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

describe("a signed note", () => {
  it("of Go's documentation has the key id and the signature that are written there", () => {
    const [name, keyId, ...key] = GO_KEY.split("+");
    const typed = fromString(key.join("+"), "base64pad");
    expect(typed[0]).toBe(NOTE_ED25519);
    expect(toHex(noteKeyId(sha256, present(name, "a name"), NOTE_ED25519, typed.slice(1)))).toBe(keyId);
    const note = present(parseNote(GO_NOTE), "a note");
    const signed = at(note.signatures, 0);
    expect([signed.name, toHex(signed.keyId)]).toEqual([name, keyId]);
    const x = toString(typed.slice(1), "base64url");
    const publicKey = createPublicKey({key: {kty: "OKP", crv: "Ed25519", x}, format: "jwk"});
    expect(verify(null, fromString(note.text), publicKey, signed.signature)).toBe(true);
    expect(formatNote(note)).toBe(GO_NOTE);
  });

  it("gives back its text and signatures, also with empty lines in the text", () => {
    const names = fc.stringMatching(/^[a-z0-9./]{1,20}$/);
    const texts = fc.stringMatching(/^[a-zé \n]{0,30}\n$/);
    const signatures = fc.array(
      fc.record({
        name: names,
        keyId: fc.uint8Array({minLength: 4, maxLength: 4}),
        signature: fc.uint8Array({minLength: 1, maxLength: 80}),
      }),
      {minLength: 1, maxLength: 16},
    );
    fc.assert(
      fc.property(texts, signatures, (text, signed) => {
        const parsed = parseNote(formatNote({text, signatures: signed}));
        expect(parsed?.text).toBe(text);
        const flat = (list: readonly NoteSignature[]) =>
          list.map(({name, ...bytes}) => [name, toHex(concat(Object.values(bytes)))]);
        expect(flat(parsed?.signatures ?? [])).toEqual(flat(signed));
      }),
    );
  });

  it.each([
    ["without a signature", "text\n"],
    ["without an empty line", `text\n\u2014 a ${"A".repeat(96)}\n`],
    ["without a last newline", GO_NOTE.slice(0, -1)],
    ["with a control character", GO_NOTE.replace("problem,", "problem\t,")],
    ["with a hyphen for the dash", GO_NOTE.replace("\u2014", "-")],
    ["with a name of two words", GO_NOTE.replace("PeterNeumann", "Peter Neumann")],
    ["with a plus in its name", GO_NOTE.replace("PeterNeumann", "Peter+Neumann")],
    ["with a signature of an id alone", "text\n\n\u2014 a AAAAAA==\n"],
    ["with loose bits in its base64", GO_NOTE.replace("JnAM=", "JnAN=")],
    ["with more signatures than anyone needs", `text\n\n${"\u2014 a AAAAAAA=\n".repeat(101)}`],
  ])("%s is none", (_, note) => {
    expect(parseNote(note)).toBeNull();
  });
});

describe("a checkpoint", () => {
  const signer = signerOf(1);
  const origin = originOf(signer.peerId, 1_764_000_000_000);
  const checkpoint = {origin, size: 20_852_163, root: sha256()};
  const note = signCheckpoint(sha256, signer, checkpoint);

  it("has three lines: origin, size, root", () => {
    expect(checkpointText(checkpoint)).toBe(
      `${origin}\n20852163\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`,
    );
    expect(openCheckpoint(PRIMITIVES, note)).toEqual(checkpoint);
  });

  it("keeps its worth beside signatures of others, whose keys nobody knows here", () => {
    expect(openCheckpoint(PRIMITIVES, `${note}\u2014 witness.example/w1 ${"A".repeat(100)}\n`)).toEqual(
      checkpoint,
    );
  });

  it("is refused after any changed character", () => {
    fc.assert(
      fc.property(
        fc.nat(note.length - 1),
        fc.constantFrom("0", "1", "A", "b", "/", " ", "\n"),
        (place, character) => {
          fc.pre(note[place] !== character);
          const changed = note.slice(0, place) + character + note.slice(place + 1);
          expect(openCheckpoint(PRIMITIVES, changed)).toBeNull();
        },
      ),
      {numRuns: 500},
    );
  });

  it.each([
    ["of another key", signCheckpoint(sha256, {...signerOf(2)}, checkpoint)],
    ["with a leading zero", signCheckpoint(sha256, signer, {...checkpoint, origin: `${origin}\n0`})],
    ["with a line more", signCheckpoint(sha256, signer, checkpoint).replace("\n\n", "\nmore\n\n")],
    ["of a log without a writer", signCheckpoint(sha256, signer, {...checkpoint, origin: "example.com/log"})],
  ])("%s is none", (_, other) => {
    expect(openCheckpoint(PRIMITIVES, other)).toBeNull();
  });
});
