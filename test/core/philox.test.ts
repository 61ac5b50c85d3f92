import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {philox4x32} from "../../src/core/philox.ts";

type Counter = [number, number, number, number];
type Key = [number, number];

/** Philox4x32-10 in 64-bit integers, as written in the paper: slow, and hard to get wrong. */
function referencePhilox(counter: Counter, key: Key): Counter {
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const first = 0xd2511f53n * c0;
    const second = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(second >> 32n) ^ c1 ^ k0, second & mask, (first >> 32n) ^ c3 ^ k1, first & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [Number(c0), Number(c1), Number(c2), Number(c3)];
}

describe("Philox4x32-10", () => {
  // Random123 1.14, tests/kat_vectors, lines "philox4x32 10".
  it.each<[string, Counter, Key, Counter]>([
    ["zeros", [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [
      "ones",
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      "the digits of pi",
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("gives Random123's known answer for %s", (_, counter, key, words) => {
    expect(philox4x32(counter, key)).toEqual(words);
  });

  it("agrees with 64-bit integer arithmetic everywhere", () => {
    const word = fc.integer({min: 0, max: 0xffffffff});
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(philox4x32(counter, key)).toEqual(referencePhilox(counter, key));
      }),
      {numRuns: 2000},
    );
  });
});
