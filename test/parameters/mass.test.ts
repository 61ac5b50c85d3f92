import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, isCoded, type Random, sha256, toHex} from "../../src/core/index.ts";
import {
  applyMass,
  type CodecName,
  checkMass,
  codecOf,
  drawDither,
  encodeContribution,
  encodeMass,
  type Mass,
  massOf,
  mixMass,
  mixSent,
  NO_DITHER,
} from "../../src/parameters/index.ts";

const NAMES: readonly CodecName[] = ["f32", "fp16", "int8", "sign", "top10", "top1"];

function drawMasses(random: Random, nodes: number, size: number): Mass[] {
  return Array.from({length: nodes}, () => ({
    values: Float64Array.from({length: size}, () => random.normal()),
    weight: 1 - random.uniform(),
  }));
}

/** Symmetric shares between `nodes` nodes, of which some pairs do not hear each other; rows sum to less than 1. */
function drawShares(random: Random, nodes: number): number[][] {
  const drawn = Array.from({length: nodes}, (_, node) =>
    Array.from({length: node}, () => (random.below(3) === 0 ? 0 : random.uniform() / nodes)),
  );
  return drawn.map((_, node) =>
    drawn.map((__, other) => drawn[Math.max(node, other)]?.[Math.min(node, other)] ?? 0),
  );
}

/** The nodes' masses after one step, each having sent its own through the codec. */
function step(name: CodecName, masses: readonly Mass[], shares: readonly number[][], random: Random): Mass[] {
  const codec = codecOf(name);
  const sent = masses.map((mass) =>
    massOf(codec, encodeMass(sha256, codec, mass, drawDither(random)).bytes, mass.values.length),
  );
  return masses.map((mass, node) => {
    const neighbours = sent.flatMap((theirs, other) => {
      const share = shares[node]?.[other] ?? 0;
      return share === 0 ? [] : [{share, mass: theirs}];
    });
    return mixMass(mass, sent[node] ?? mass, neighbours);
  });
}

function total(masses: readonly Mass[]): number[] {
  const weight = masses.reduce((sum, mass) => sum + mass.weight, 0);
  const size = masses[0]?.values.length ?? 0;
  const sums = Array.from({length: size}, (_, at) =>
    masses.reduce((sum, {values}) => sum + (values[at] ?? 0), 0),
  );
  return [weight, ...sums];
}

describe.each(NAMES)("masses that mix through %s", (name) => {
  it("keep their sums, whatever the codec leaves out (P1)", () => {
    const nodes = fc.integer({min: 2, max: 7});
    fc.assert(
      fc.property(fc.integer(), nodes, fc.integer({min: 1, max: 600}), (seed, count, size) => {
        const random = createRandom({seed, site: "", round: 0, purpose: "masses"});
        let masses = drawMasses(random, count, size);
        const before = total(masses);
        for (let phase = 0; phase < 5; phase++) {
          masses = step(name, masses, drawShares(random, count), random);
        }
        const moved = total(masses).map((sum, at) => Math.abs(sum - (before[at] ?? 0)));
        expect(Math.max(...moved)).toBeLessThanOrEqual(1e-12);
      }),
      {numRuns: 30},
    );
  });
});

describe.each(NAMES)("masses that travel through %s", (name) => {
  const codec = codecOf(name);

  it("mix from their bytes to the bits that they mix to decoded, where they are", () => {
    const sizes = fc.constantFrom(1, 17, 256, 4095, 4096, 4097, 8200);
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({min: 0, max: 3}),
        sizes,
        fc.boolean(),
        (seed, count, size, isHeard) => {
          const random = createRandom({seed, site: "", round: 0, purpose: "masses"});
          const [mass, ...others] = drawMasses(random, count + 1, size);
          if (mass === undefined) throw new Error("no mass");
          const bytesOf = (sent: Mass): Uint8Array =>
            encodeMass(sha256, codec, sent, drawDither(random)).bytes;
          const mine = bytesOf(mass);
          const sent = others.map((other) => ({share: random.uniform(), bytes: bytesOf(other)}));
          const expected = mixMass(
            mass,
            isHeard ? massOf(codec, mine, size) : mass,
            sent.map(({share, bytes}) => ({share, mass: massOf(codec, bytes, size)})),
          );
          const mixed = mixSent(
            mass,
            isHeard ? checkMass(codec, mine, size) : null,
            sent.map(({share, bytes}) => ({share, mass: checkMass(codec, bytes, size)})),
          );
          expect(mixed.values).toBe(mass.values);
          expect(mixed.weight).toBe(expected.weight);
          expect(toHex(new Uint8Array(mixed.values.buffer))).toBe(
            toHex(new Uint8Array(expected.values.buffer)),
          );
        },
      ),
      {numRuns: 40},
    );
  });

  it("are found unsound exactly where decoding them finds it", () => {
    const limits = fc.constantFrom(undefined, 1, 2 ** 100);
    fc.assert(
      fc.property(fc.integer(), fc.integer({min: 1, max: 40}), limits, (seed, size, limit) => {
        const random = createRandom({seed, site: "", round: 0, purpose: "masses"});
        const [mass = {values: new Float64Array(size), weight: 1}] = drawMasses(random, 1, size);
        const {bytes} = encodeMass(sha256, codec, mass, NO_DITHER);
        for (let change = random.below(3); change > 0; change--) {
          bytes[random.below(bytes.length)] = random.below(2) === 0 ? 0xff : random.below(256);
        }
        const outcomeOf = (act: () => {readonly weight: number}): number | string => {
          try {
            return act().weight;
          } catch (error) {
            if (isCoded(error)) return `${error.code}: ${error.message}`;
            throw error;
          }
        };
        expect(outcomeOf(() => checkMass(codec, bytes, size, limit))).toBe(
          outcomeOf(() => massOf(codec, bytes, size, limit)),
        );
      }),
    );
  });
});

describe("masses that mix", () => {
  it("between two, half and half, are the mean of both", () => {
    const [first, second] = [
      {values: Float64Array.of(1, 4), weight: 0.25},
      {values: Float64Array.of(3, -2), weight: 0.75},
    ];
    const mixed = mixMass(first, first, [{share: 0.5, mass: second}]);
    expect({values: [...mixed.values], weight: mixed.weight}).toEqual({values: [2, 1], weight: 0.5});
    expect([...first.values]).toEqual([1, 4]);
  });

  it("that would not be finite are refused", () => {
    const large = {values: Float64Array.of(Number.MAX_VALUE), weight: 1};
    const opposite = {values: Float64Array.of(-Number.MAX_VALUE), weight: 1};
    expect(() => mixMass(large, opposite, [{share: 1, mass: large}])).toThrow(
      expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
    );
  });

  it("are refused from their bytes too", () => {
    const codec = codecOf("f32");
    const sent = {codec, bytes: encodeContribution(codec, Float32Array.of(1), [1]).bytes, weight: 1};
    const huge = {values: Float64Array.of(Number.MAX_VALUE), weight: 1};
    expect(() => mixSent(huge, null, [{share: -2, mass: sent}])).toThrow(
      expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
    );
  });

  it("stand for the reference and their mean, and leave the values behind as they are", () => {
    const reference = Float32Array.of(1, 2, 3);
    const mass = {values: Float64Array.of(1, -1), weight: 0.5};
    expect([...applyMass(reference, 2, mass)]).toEqual([3, 0, 3]);
    expect([...reference]).toEqual([1, 2, 3]);
    expect(() => applyMass(reference, 2, {values: Float64Array.of(1e38, 0), weight: 1e-3})).toThrow(
      expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
    );
  });
});

describe("the bytes of a mass", () => {
  const codec = codecOf("f32");
  const bytesOf = (weight: number): Uint8Array =>
    encodeContribution(codec, Float32Array.of(1, 2), [weight]).bytes;

  it("are named by their hash and give it back, a weight above 1 too", () => {
    const {bytes, hash} = encodeMass(sha256, codec, {values: Float64Array.of(1, 2), weight: 2.5}, NO_DITHER);
    expect(hash).toBe(toHex(sha256(bytes)));
    expect(massOf(codec, bytes, 2)).toEqual({values: Float64Array.of(1, 2), weight: 2.5});
  });

  it.each([
    ["too few bytes", bytesOf(1).slice(0, -1), "PARAMETERS_WRONG_SIZE"],
    ["too many bytes", encodeContribution(codec, new Float32Array(3), [1]).bytes, "PARAMETERS_WRONG_SIZE"],
    ["the weight 0", bytesOf(0), "PARAMETERS_WRONG_WEIGHT"],
    ["a negative weight", bytesOf(-1), "PARAMETERS_WRONG_WEIGHT"],
    ["the weight NaN", bytesOf(Number.NaN), "PARAMETERS_WRONG_WEIGHT"],
    ["an infinite weight", bytesOf(Number.POSITIVE_INFINITY), "PARAMETERS_WRONG_WEIGHT"],
    [
      "an infinite value",
      encodeContribution(codec, Float32Array.of(1, Number.POSITIVE_INFINITY), [1]).bytes,
      "PARAMETERS_NOT_FINITE",
    ],
  ])("with %s are refused", (_, bytes, code) => {
    expect(() => massOf(codec, bytes, 2)).toThrow(expect.objectContaining({code}));
  });
});
