import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom} from "../../src/core/index.ts";
import {
  areTooLong,
  type CodecName,
  challengeOf,
  checkNorm,
  codecOf,
  contributionSize,
  encodeContribution,
  innerProducts,
  partition,
  SEED_BYTES,
  stridesPerProduct,
} from "../../src/parameters/index.ts";

const CODECS: readonly CodecName[] = ["f32", "fp16", "int8", "sign", "top10"];
const WEIGHT = 0.25;
const CLIP = 10;

/** Values of a given L2 norm; `peak` gives how much of it the first one has, as a gradient may. */
function vectorOf(length: number, norm: number, {seed, peak}: {seed: number; peak: number}): Float32Array {
  const random = createRandom({seed, site: "test", round: 0, purpose: "norms"});
  const values = new Float64Array(length).map((_, at) => random.normal() + (at === 0 ? peak : 0));
  const own = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return Float32Array.from(values, (value) => (norm * value) / own);
}

function encoded(name: CodecName, values: Float32Array): Uint8Array {
  return encodeContribution(codecOf(name), values, [WEIGHT], {
    factor: WEIGHT,
    dither: {key: [1, 2], first: 0},
  }).bytes;
}

const chunkOf = (values: number) => ({values, exact: 1, maximumWeight: 1, clipNorm: CLIP});

/** All products of a contribution in `parts` chunks, one after the other. */
function productsOf(name: CodecName, values: number, bytes: Uint8Array, seed: number): Float64Array {
  const codec = codecOf(name);
  const coefficients = challengeOf(new Uint8Array(SEED_BYTES).fill(seed), values);
  const of = {codec, coefficients, strides: stridesPerProduct(values)};
  return Float64Array.from(
    partition(codec, values, 4).flatMap((chunk) => [
      ...innerProducts(
        {...of, chunk},
        bytes.subarray(chunk.offsetBytes, chunk.offsetBytes + chunk.lengthBytes),
      ),
    ]),
  );
}

const isLong = (products: Float64Array, values: number): boolean =>
  areTooLong({products, exact: 1, strides: stridesPerProduct(values), clipNorm: CLIP});

describe("the bound of a contribution's length", () => {
  it.each(CODECS)("lets every vector pass that the clip lets pass, in %s", (name) => {
    const lengths = fc.constantFrom(1, 5, 255, 256, 257, 1000, 5000);
    const peaks = fc.constantFrom(0, 10, 1e4);
    fc.assert(
      fc.property(lengths, peaks, fc.nat(1e6), (length, peak, seed) => {
        const bytes = encoded(name, vectorOf(length, CLIP, {seed, peak}));
        checkNorm(codecOf(name), chunkOf(length), bytes);
        expect(isLong(productsOf(name, length, bytes, seed % 256), length)).toBe(false);
      }),
      {numRuns: 200},
    );
  });

  it("refuses a part that is longer, by its own weight where it has one and by the largest where it has none", () => {
    const long = encoded("f32", vectorOf(100, 1.16 * CLIP, {seed: 1, peak: 0}));
    const check = (chunk: object, bytes: Uint8Array) => () =>
      checkNorm(codecOf("f32"), {...chunkOf(100), ...chunk}, bytes);
    expect(check({}, long)).toThrow(expect.objectContaining({code: "PARAMETERS_TOO_LONG"}));
    const part = long.subarray(0, contributionSize(codecOf("f32"), 100, 0));
    expect(check({exact: 0}, part)).not.toThrow();
    expect(check({exact: 0, maximumWeight: WEIGHT}, part)).toThrow("longer than the plan's clip");
    expect(() => checkNorm(codecOf("f32"), {values: 100, exact: 1}, long)).not.toThrow();
  });

  it.each([
    [5, 12],
    [4096, 12],
    [40_960, 24],
  ])("shows in the products of %i values once it is %i times as long", (length, times) => {
    let found = 0;
    for (let seed = 0; seed < 100; seed++) {
      const bytes = encoded("f32", vectorOf(length, times * CLIP, {seed, peak: 0}));
      if (isLong(productsOf("f32", length, bytes, seed), length)) found += 1;
    }
    // The mean square of a coefficient is 7/12. One product is normally distributed, ten together seldom small.
    expect(found).toBeGreaterThan(length > 4096 ? 95 : 25);
  });

  it("is certain for a vector a thousand times as long", () => {
    for (let seed = 0; seed < 100; seed++) {
      const bytes = encoded("f32", vectorOf(20_000, 1000 * CLIP, {seed, peak: 0}));
      expect(isLong(productsOf("f32", 20_000, bytes, seed), 20_000)).toBe(true);
    }
  });
});
