import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, sha256} from "../../src/core/index.ts";
import {
  type Chunk,
  type ChunkProducts,
  type CodecName,
  challengeOf,
  codecOf,
  drawDither,
  encodeContribution,
  innerProducts,
  isSumOf,
  NO_DITHER,
  partition,
  productCount,
  SEED_BYTES,
  stridesPerProduct,
  sumChunk,
} from "../../src/parameters/index.ts";

const CODECS = ["f32", "fp16", "int8", "sign", "top10", "top1"] as const;

function seedOf(seed: number): Uint8Array {
  const random = createRandom({seed, site: "verifier", round: 0, purpose: "challenge"});
  return Uint8Array.from({length: SEED_BYTES}, () => random.below(256));
}

/** `members` contributions of `values` normal values each, of sizes that differ. */
function drawn(name: CodecName, {seed, members, values}: {seed: number; members: number; values: number}) {
  const codec = codecOf(name);
  const parts = Array.from({length: members}, (_, index) => {
    const random = createRandom({seed, site: `${index}`, round: 0, purpose: "values"});
    const update = Float32Array.from({length: values}, () => random.normal() * 2 ** (index - 2));
    return encodeContribution(codec, update, [(index + 1) / 8], {dither: drawDither(random)}).bytes;
  });
  return {codec, parts};
}

function cut(bytes: Uint8Array, {offsetBytes, lengthBytes}: Chunk): Uint8Array {
  return bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
}

function chunksOf(name: CodecName, of: {seed: number; members: number; values: number}) {
  const {codec, parts} = drawn(name, of);
  const coefficients = challengeOf(seedOf(of.seed), of.values);
  return partition(codec, of.values, of.members).map((chunk, index) => {
    const own = parts.map((part) => cut(part, chunk));
    const dither = {...NO_DITHER, key: [of.seed, index] as const, first: chunk.firstValue};
    const sum = sumChunk(sha256, {codec, chunk, dither}, own).bytes;
    const products: ChunkProducts = {codec, chunk, coefficients, strides: stridesPerProduct(of.values)};
    return {of: products, own, sum};
  });
}

const sizes = fc.record({
  seed: fc.nat(),
  members: fc.integer({min: 1, max: 6}),
  values: fc.constantFrom(1, 5, 255, 4096, 4097, 20_000),
});

describe.each(CODECS)("products with %s", (name) => {
  it("say of every sound sum that it is one", {timeout: 120_000}, () => {
    fc.assert(
      fc.property(sizes, (size) => {
        for (const {of, own, sum} of chunksOf(name, size)) {
          const products = own.map((part) => innerProducts(of, part));
          expect(products.every(({length}) => length === productCount(of))).toBe(true);
          expect(isSumOf(of, sum, products)).toBe(true);
        }
      }),
      {numRuns: 15},
    );
  });

  it("find a sum in which one part is missing, counted twice, or another's", () => {
    const [first] = chunksOf(name, {seed: 7, members: 4, values: 70_000});
    if (first === undefined) throw new Error("there is no chunk");
    const {of, own} = first;
    const products = own.map((part) => innerProducts(of, part));
    const [a, b, c, d] = own as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    for (const parts of [
      [a, b, c],
      [a, b, c, d, d],
      [a, b, c, c],
    ]) {
      const sum = sumChunk(sha256, {codec: of.codec, chunk: of.chunk, dither: NO_DITHER}, parts).bytes;
      expect(isSumOf(of, sum, products)).toBe(false);
    }
  });
});

describe("a sum in which little was changed", () => {
  /** A sum of 4,096 normal values of three members, in which `change` was made before it was rounded. */
  function changed(name: CodecName, seed: number, change: (values: Float32Array) => void): boolean {
    const [only] = chunksOf(name, {seed, members: 3, values: 4096});
    if (only === undefined) throw new Error("there is no chunk");
    const {of, own} = only;
    const exact = Float64Array.from({length: 4096}, () => 0);
    for (const part of own) of.codec.accumulate(part, 0, exact);
    const values = Float32Array.from(exact);
    change(values);
    const weight = own.reduce((sum, _, index) => sum + (index + 1) / 8, 0);
    const sums = codecOf(of.codec.sums);
    const sum = encodeContribution(sums, values, [weight], {dither: {key: [1, 2], first: 0}}).bytes;
    return isSumOf(
      of,
      sum,
      own.map((part) => innerProducts(of, part)),
    );
  }

  // By hand: norm of 4,096 values of which the largest member has deviation 1, 64; six times the rounding of each.
  it.each([
    ["f32", 6 * 2 ** -24 * 64],
    ["fp16", 6 * 2 ** -11 * 64],
    ["int8", 6 * (4.5 / 250) * 64],
  ] as const)("in %s is found from about %d on, whichever value it is", (name, hidden) => {
    for (let seed = 1; seed <= 40; seed++) {
      const at = (seed * 101) % 4096;
      const found = !changed(name, seed, (values) => {
        values[at] = (values[at] ?? Number.NaN) + 4 * hidden;
      });
      expect(found).toBe(true);
      expect(
        changed(name, seed, (values) => {
          values[at] = (values[at] ?? Number.NaN) + hidden / 100;
        }),
      ).toBe(true);
    }
  });

  it("is found where two changes would cancel under equal coefficients", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const isSound = changed("f32", seed, (values) => {
        values[1] = (values[1] ?? Number.NaN) + 1;
        values[2] = (values[2] ?? Number.NaN) - 1;
        values[3] = (values[3] ?? Number.NaN) + 1;
      });
      expect(isSound).toBe(false);
    }
  });

  it("is found in its weight, by the last bit", () => {
    const [only] = chunksOf("fp16", {seed: 3, members: 3, values: 300});
    if (only === undefined) throw new Error("there is no chunk");
    const {of, own, sum} = only;
    const products = own.map((part) => innerProducts(of, part));
    const bent = Uint8Array.from(sum);
    bent[bent.length - 4] = (bent[bent.length - 4] ?? 0) ^ 1;
    expect([isSumOf(of, sum, products), isSumOf(of, bent, products)]).toEqual([true, false]);
  });
});

describe("the vector of a challenge", () => {
  it("has no value near 0, both signs alike, and differs from seed to seed", () => {
    const [one, other] = [challengeOf(seedOf(1), 9999), challengeOf(seedOf(2), 9999)];
    expect(one.every((value) => Math.abs(value) >= 0.5 && Math.abs(value) < 1)).toBe(true);
    const positive = one.filter((value) => value > 0).length;
    expect(positive).toBeGreaterThan(1900);
    expect(positive).toBeLessThan(2200);
    expect(one.filter((value, index) => value === other[index]).length).toBe(0);
  });

  it("has one coefficient for each value of a short vector, those that a longer one begins with", () => {
    const whole = challengeOf(seedOf(1), 9999);
    expect(whole).toHaveLength(4096);
    for (const values of [1, 5, 4095]) expect(challengeOf(seedOf(1), values)).toEqual(whole.slice(0, values));
  });

  it("is taken over more strides at a time where there would be too many products for a frame", () => {
    expect([1, 4096, 2 ** 25, 2 ** 25 + 1, 2 ** 27].map(stridesPerProduct)).toEqual([1, 1, 1, 2, 4]);
  });
});
