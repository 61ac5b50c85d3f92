import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, permutation, sha256, toHex} from "../../src/core/index.ts";
import {
  applyMixture,
  type Chunk,
  type Codec,
  checkContribution,
  codecOf,
  encodeContribution,
  type Mixture,
  NO_DITHER,
  partition,
  sumChunk,
  weightOf,
} from "../../src/parameters/index.ts";
import {asUnalignedBuffer, sameBits} from "./bits.ts";

interface Member {
  readonly weight: number;
  /** `[d]`, local parameters. */
  readonly values: Float32Array;
}

/** The members' models after local training, drawn about `reference`. */
function drawMembers(seed: number, reference: Float32Array, patients: readonly number[]): Member[] {
  return patients.map((count, index) => {
    const random = createRandom({seed, site: `${index}`, round: 0, purpose: "models"});
    return {weight: count / 1024, values: reference.map((value) => Math.fround(value + random.normal()))};
  });
}

function encodeMember(codec: Codec, reference: Float32Array, {weight, values}: Member): Uint8Array {
  const scaled = values.map((value, index) => (value - (reference[index] ?? 0)) * weight);
  return encodeContribution(codec, scaled, [weight]).bytes;
}

function sumOf(codec: Codec, chunk: Chunk, parts: readonly Uint8Array[]): Mixture {
  return sumChunk(sha256, {codec, chunk, dither: NO_DITHER}, parts);
}

function cut(bytes: Uint8Array, {offsetBytes, lengthBytes}: Chunk): Uint8Array {
  return bytes.subarray(offsetBytes, offsetBytes + lengthBytes);
}

/** A whole exchange by hand: every chunk is summed by its owner, and the sums are put together. */
function exchange(codec: Codec, values: number, contributions: readonly Uint8Array[]): Uint8Array {
  const chunks = partition(codec, values, contributions.length);
  const whole = new Uint8Array(contributions[0]?.length ?? 0);
  for (const chunk of chunks) {
    const parts = contributions.map((bytes) => cut(bytes, chunk));
    whole.set(sumOf(codec, chunk, parts).bytes, chunk.offsetBytes);
  }
  return whole;
}

function mix(codec: Codec, reference: Float32Array, members: readonly Member[]): Float32Array {
  const contributions = members.map((member) => encodeMember(codec, reference, member));
  const whole = exchange(codec, reference.length, contributions);
  return applyMixture({codec, reference, mixed: reference.length}, whole);
}

const patients = fc.array(fc.integer({min: 1, max: 1000}), {minLength: 1, maxLength: 8});

describe("the sum of a chunk", () => {
  it("is the binary64 sum in id order, rounded once, bit for bit", () => {
    fc.assert(
      fc.property(patients, fc.integer({min: 1, max: 9000}), fc.integer(), (counts, size, seed) => {
        const codec = codecOf("f32");
        const reference = new Float32Array(size);
        const contributions = drawMembers(seed, reference, counts).map((member) =>
          encodeMember(codec, reference, member),
        );
        const [chunk] = partition(codec, size, 1);
        if (chunk === undefined) throw new RangeError("no chunk");
        const {bytes, hash} = sumOf(codec, chunk, contributions);
        const decoded = contributions.map((each) => new Float32Array(each.slice().buffer));
        const expected = Float32Array.from({length: size + 1}, (_, index) => {
          let sum = 0;
          for (const values of decoded) sum += values[index] ?? 0;
          return sum;
        });
        expect(sameBits(new Float32Array(bytes.slice().buffer), expected)).toBe(true);
        expect(hash).toBe(toHex(sha256(bytes)));
      }),
      {numRuns: 30},
    );
  });

  it("keeps the sum of the weights, exactly, whatever the codec", () => {
    fc.assert(
      fc.property(patients, fc.constantFrom("f32", "fp16"), (counts, name) => {
        const codec = codecOf(name);
        const reference = new Float32Array(3);
        const members = drawMembers(1, reference, counts);
        const whole = exchange(
          codec,
          3,
          members.map((member) => encodeMember(codec, reference, member)),
        );
        expect(weightOf(whole)).toBe(counts.reduce((sum, count) => sum + count, 0) / 1024);
      }),
    );
  });

  it("does not depend on where the parts lie in memory", () => {
    for (const name of ["f32", "fp16"] as const) {
      const codec = codecOf(name);
      const reference = new Float32Array(5);
      const parts = drawMembers(2, reference, [3, 4]).map((member) => encodeMember(codec, reference, member));
      const [chunk] = partition(codec, 5, 1);
      if (chunk === undefined) throw new RangeError("no chunk");
      const expected = sumOf(codec, chunk, parts).hash;
      expect(sumOf(codec, chunk, parts.map(asUnalignedBuffer)).hash, name).toBe(expected);
    }
  });
});

describe("mixing", () => {
  it("ends in the weighted mean of the models within 1e-6 (P4)", () => {
    fc.assert(
      fc.property(patients, fc.integer({min: 1, max: 600}), fc.integer(), (counts, size, seed) => {
        const random = createRandom({seed, site: "", round: 0, purpose: "reference"});
        const reference = Float32Array.from({length: size}, () => random.normal());
        const members = drawMembers(seed, reference, counts);
        const total = counts.reduce((sum, count) => sum + count, 0);
        const mixed = mix(codecOf("f32"), reference, members);
        let error = 0;
        let norm = 0;
        mixed.forEach((value, index) => {
          let mean = 0;
          members.forEach(({values}, member) => {
            mean += ((counts[member] ?? 0) / total) * (values[index] ?? 0);
          });
          error += (value - mean) ** 2;
          norm += mean ** 2;
        });
        expect(Math.sqrt(error)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.sqrt(norm)));
      }),
    );
  });

  it("of many chunks gives the bits that one chunk gives", () => {
    const reference = new Float32Array(20_000);
    for (const name of ["f32", "fp16"] as const) {
      const codec = codecOf(name);
      const contributions = drawMembers(4, reference, [5, 6, 7]).map((member) =>
        encodeMember(codec, reference, member),
      );
      const [whole] = partition(codec, 20_000, 1);
      if (whole === undefined) throw new RangeError("no chunk");
      expect(partition(codec, 20_000, 3)).toHaveLength(3);
      const one = sumOf(codec, whole, contributions).bytes;
      expect(toHex(sha256(exchange(codec, 20_000, contributions))), name).toBe(toHex(sha256(one)));
    }
  });

  it("knows members by their order only: renaming them changes the last bits at most (P6)", () => {
    fc.assert(
      fc.property(patients, fc.integer(), (counts, seed) => {
        const reference = new Float32Array(50);
        const members = drawMembers(seed, reference, counts);
        const order = permutation(createRandom({seed, site: "", round: 0, purpose: "order"}), members.length);
        const renamed = [...order].flatMap((index) => members[index] ?? []);
        const mixed = mix(codecOf("f32"), reference, members);
        const other = mix(codecOf("f32"), reference, renamed);
        mixed.forEach((value, index) => {
          expect(Math.abs(value - (other[index] ?? 0))).toBeLessThanOrEqual(
            2 ** -22 * Math.abs(value) + 1e-9,
          );
        });
      }),
    );
  });

  it("leaves models that are all equal as they are, bit for bit (P7)", () => {
    const model = fc.float32Array({minLength: 1, maxLength: 300, noNaN: true, noDefaultInfinity: true});
    fc.assert(
      fc.property(model, patients, fc.constantFrom("f32", "fp16"), (reference, counts, name) => {
        const members = counts.map((count) => ({weight: count / 1024, values: reference}));
        const mixed = mix(codecOf(name), reference, members);
        // -0 + 0 is 0: of all values only the sign of a zero may go.
        expect(
          sameBits(
            mixed,
            reference.map((value) => value + 0),
          ),
        ).toBe(true);
      }),
    );
  });

  it("carries along what lies behind the mixed values, and changes no argument", () => {
    const reference = Float32Array.of(1, 2, 3, 4);
    const member = {weight: 0.5, values: Float32Array.of(2, 4)};
    const codec = codecOf("f32");
    const whole = exchange(codec, 2, [encodeMember(codec, reference, member)]);
    expect([...applyMixture({codec, reference, mixed: 2}, whole)]).toEqual([2, 4, 3, 4]);
    expect([...reference]).toEqual([1, 2, 3, 4]);
  });
});

describe("what must not pass", () => {
  const codec = codecOf("f32");
  const [chunk = partition(codec, 3, 1)[0]] = partition(codec, 3, 2);
  const encode = (values: number[], weight: number): Uint8Array =>
    encodeContribution(codec, Float32Array.from(values), [weight]).bytes;
  const good = encode([1, 2, 3], 0.5);

  it.each<[string, Uint8Array, string]>([
    ["NaN", encode([1, Number.NaN, 3], 0.5), "PARAMETERS_NOT_FINITE"],
    ["infinity", encode([Number.POSITIVE_INFINITY, 2, 3], 0.5), "PARAMETERS_NOT_FINITE"],
    ["minus infinity", encode([1, 2, Number.NEGATIVE_INFINITY], 0.5), "PARAMETERS_NOT_FINITE"],
    ["too few bytes", good.slice(0, -1), "PARAMETERS_WRONG_SIZE"],
    ["too many bytes", encode([1, 2, 3, 4], 0.5), "PARAMETERS_WRONG_SIZE"],
    ["no bytes", new Uint8Array(), "PARAMETERS_WRONG_SIZE"],
    ["the weight 0", encode([1, 2, 3], 0), "PARAMETERS_WRONG_WEIGHT"],
    ["a negative weight", encode([1, 2, 3], -0.5), "PARAMETERS_WRONG_WEIGHT"],
    ["a weight above 1", encode([1, 2, 3], 1.0000001), "PARAMETERS_WRONG_WEIGHT"],
    ["the weight NaN", encode([1, 2, 3], Number.NaN), "PARAMETERS_WRONG_WEIGHT"],
    ["an infinite weight", encode([1, 2, 3], Number.POSITIVE_INFINITY), "PARAMETERS_WRONG_WEIGHT"],
  ])("%s", (_, bytes, code) => {
    if (chunk === undefined) throw new RangeError("no chunk");
    const refusal = expect.objectContaining({code});
    expect(() => checkContribution(codec, chunk, bytes)).toThrow(refusal);
    expect(() => sumOf(codec, chunk, [good, bytes])).toThrow(refusal);
  });

  it("what is sound passes, and is not changed", () => {
    if (chunk === undefined) throw new RangeError("no chunk");
    const before = good.slice();
    expect(() => checkContribution(codec, chunk, good)).not.toThrow();
    sumOf(codec, chunk, [good, good]);
    expect(good).toEqual(before);
  });

  it("NaN in any block of a long chunk", () => {
    const [long] = partition(codec, 10_000, 1);
    if (long === undefined) throw new RangeError("no chunk");
    for (const place of [0, 4095, 4096, 8192, 9999]) {
      const values = new Float32Array(10_000);
      values[place] = Number.NaN;
      const {bytes} = encodeContribution(codec, values, [0.5]);
      expect(() => checkContribution(codec, long, bytes), `place ${place}`).toThrow(
        expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
      );
    }
  });

  it("a sum whose weight is no positive number", () => {
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(
        () => applyMixture({codec, reference: new Float32Array(1), mixed: 1}, encode([1], weight)),
        `${weight}`,
      ).toThrow(expect.objectContaining({code: "PARAMETERS_WRONG_WEIGHT"}));
    }
  });

  it("a sum that is not finite, or whose mean is beyond binary32", () => {
    for (const [value, weight] of [
      [Number.NaN, 0.5],
      [Number.POSITIVE_INFINITY, 0.5],
      [3e38, 0.01],
      [-3e38, 2 ** -20],
    ] as const) {
      expect(
        () => applyMixture({codec, reference: new Float32Array(1), mixed: 1}, encode([value], weight)),
        `${value}`,
      ).toThrow(expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}));
    }
  });
});
