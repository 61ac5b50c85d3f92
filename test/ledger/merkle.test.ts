import fc from "fast-check";
import {fromString} from "uint8arrays";
import {describe, expect, it} from "vitest";
import {at, sha256, toHex} from "../../src/core/index.ts";
import {
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
  isFrontier,
  leafHash,
  withLeaf,
} from "../../src/ledger/merkle.ts";
import {consistencyProof, inclusionProof, isConsistent, isIncluded} from "../../src/ledger/proofs.ts";

/** Leaves, roots and proofs of the Certificate Transparency project's reference tests (merkle_tree_test.cc, Apache-2.0). */
const CT_LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const CT_ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const CT_INCLUSION: readonly [number, number, readonly string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    5,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
];
const CT_CONSISTENCY: readonly [number, number, readonly string[]][] = [
  [1, 1, []],
  [
    6,
    8,
    [
      "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [
    2,
    5,
    [
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];

const leafOf = (bytes: Uint8Array): Uint8Array => leafHash(sha256, bytes);
const grown = (leaves: readonly Uint8Array[], from: Frontier = EMPTY_FRONTIER): Frontier =>
  leaves.reduce((before, leaf) => withLeaf(sha256, before, leaf), from);

/** The root as RFC 6962 2.1 defines it, by recursion over a list. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return sha256();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const halves = [definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split))];
  return sha256(Uint8Array.of(1), ...halves);
}

const numbered = (count: number): Uint8Array[] =>
  Array.from({length: count}, (_, index) => leafOf(fromString(`leaf ${index}`)));

/** A log with a place at which its earlier leaves were dropped. */
const cutLogs = fc
  .tuple(fc.integer({min: 1, max: 70}), fc.nat(70))
  .map(([size, cut]) => ({leaves: numbered(size), cut: cut % size}));

const rangeOf = ({leaves, cut}: {leaves: readonly Uint8Array[]; cut: number}) => ({
  before: grown(leaves.slice(0, cut)),
  leaves: leaves.slice(cut),
});

/** All proofs that differ from this one by a flipped bit, a missing, a doubled or a further hash. */
function wrongProofs(proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const flipped = proof.map((_, index) =>
    proof.map((hash, other) =>
      other === index ? hash.map((byte, place) => (place === 3 ? byte ^ 4 : byte)) : hash,
    ),
  );
  const shorter = proof.map((_, index) => proof.filter((_hash, other) => other !== index));
  return [...flipped, ...shorter, [...proof, sha256()], [sha256(), ...proof]];
}

describe("the published vectors", () => {
  const leaves = CT_LEAVES.map((hex) => leafOf(fromString(hex, "hex")));
  const range = {before: EMPTY_FRONTIER, leaves};

  it("give the roots of trees of 0 to 8 leaves", () => {
    expect(CT_ROOTS.map((_, size) => toHex(frontierRoot(sha256, grown(leaves.slice(0, size)))))).toEqual(
      CT_ROOTS,
    );
  });

  it.each(CT_INCLUSION)("give the proof that leaf %i is in a tree of %i", (index, size, proof) => {
    expect(inclusionProof(sha256, range, index, size).map(toHex)).toEqual(proof);
  });

  it.each(CT_CONSISTENCY)(
    "give the proof that a tree of %i is the beginning of one of %i",
    (first, second, proof) => {
      expect(consistencyProof(sha256, range, first, second).map(toHex)).toEqual(proof);
    },
  );
});

describe("a frontier", () => {
  it("has the root of the definition, after every leaf and from every cut on", () => {
    fc.assert(
      fc.property(cutLogs, (log) => {
        const {before, leaves} = rangeOf(log);
        const frontier = grown(leaves, before);
        expect(isFrontier(before)).toBe(true);
        expect(frontier.size).toBe(log.leaves.length);
        expect(toHex(frontierRoot(sha256, frontier))).toBe(toHex(definedRoot(log.leaves)));
      }),
    );
  });

  it("of the wrong number or length of hashes is none", () => {
    const {size, peaks} = grown(numbered(5));
    expect(isFrontier({size: 7, peaks})).toBe(false);
    expect(isFrontier({size, peaks: peaks.map((peak) => peak.slice(1))})).toBe(false);
  });
});

describe("proofs", () => {
  it("of inclusion hold for the kept leaves, and for no other leaf, place, root or proof", () => {
    fc.assert(
      fc.property(cutLogs, fc.nat(), (log, pick) => {
        const {leaves, cut} = log;
        const size = leaves.length;
        const index = cut + (pick % (size - cut));
        const leaf = at(leaves, index);
        const root = definedRoot(leaves);
        const proof = inclusionProof(sha256, rangeOf(log), index, size);
        const claim = {leaf, index, size, root, proof};
        expect(isIncluded(sha256, claim)).toBe(true);
        expect(isIncluded(sha256, {...claim, leaf: leafOf(fromString("another"))})).toBe(false);
        expect(isIncluded(sha256, {...claim, root: leaf, leaf: root})).toBe(size === 1);
        const places = Array.from({length: size + 1}, (_, other) => other);
        expect(places.filter((other) => isIncluded(sha256, {...claim, index: other}))).toEqual([index]);
        for (const wrong of wrongProofs(proof))
          expect(isIncluded(sha256, {...claim, proof: wrong})).toBe(false);
      }),
    );
  });

  it("of consistency hold from every size since the cut, and for no other size, root or proof", () => {
    fc.assert(
      fc.property(cutLogs, fc.nat(), (log, pick) => {
        const {leaves, cut} = log;
        const second = leaves.length;
        const first = cut + (pick % (second - cut + 1));
        const firstRoot = definedRoot(leaves.slice(0, first));
        const secondRoot = definedRoot(leaves);
        const proof = consistencyProof(sha256, rangeOf(log), first, second);
        const claim = {first, firstRoot, second, secondRoot, proof};
        expect(isConsistent(sha256, claim)).toBe(true);
        const another = sha256(secondRoot);
        expect(isConsistent(sha256, {...claim, firstRoot: another})).toBe(false);
        expect(isConsistent(sha256, {...claim, secondRoot: another})).toBe(first === 0);
        expect(isConsistent(sha256, {...claim, first: second + 1})).toBe(false);
        for (const wrong of wrongProofs(proof))
          expect(isConsistent(sha256, {...claim, proof: wrong})).toBe(false);
      }),
    );
  });

  it("of a dropped leaf are refused, and say which", () => {
    const leaves = numbered(8);
    const range = rangeOf({leaves, cut: 6});
    expect(() => inclusionProof(sha256, range, 2, 8)).toThrow(
      expect.objectContaining({code: "LEDGER_PROOF_UNAVAILABLE", data: {seq: 3}}),
    );
  });
});
