import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {createRandom, philox4x32, toHex} from "../../src/core/index.ts";
import {
  BLOCK_VALUES,
  type Codec,
  type CodecName,
  codecOf,
  contributionSize,
  type Dither,
  drawDither,
  encodeContribution,
  exactOf,
  NO_DITHER,
  weightOf,
} from "../../src/parameters/index.ts";
import {asUnalignedBuffer, sameBits} from "./bits.ts";

const NAMES: readonly CodecName[] = ["f32", "fp16", "int8", "sign", "top10", "top1"];
const SIZES = [0, 1, 7, 255, 256, 257, 1000, 4096, 5000];
const DITHER: Dither = {key: [17, 4], first: 0};
const finite = fc.float({noNaN: true, noDefaultInfinity: true});
const vector = (constraints: fc.IntArrayConstraints = {}) =>
  fc.float32Array({...constraints, noNaN: true, noDefaultInfinity: true});

function normals(count: number, seed = 1): Float32Array {
  const random = createRandom({seed, site: "", round: 0, purpose: "values"});
  return Float32Array.from({length: count}, () => random.normal());
}

function encoded(codec: Codec, values: Float32Array, dither = DITHER): Uint8Array {
  const bytes = new Uint8Array(codec.sizeOf(values.length));
  codec.encode(values, bytes, dither);
  return bytes;
}

function decoded(codec: Codec, bytes: Uint8Array, count: number, first = 0): Float64Array {
  const sums = new Float64Array(count);
  codec.accumulate(bytes, first, sums);
  return sums;
}

const roundTrip = (codec: Codec, values: Float32Array, dither = DITHER): Float64Array =>
  decoded(codec, encoded(codec, values, dither), values.length);

/** ||C(x) - x||^2 / ||x||^2. */
function relativeError(values: Float32Array, result: Float64Array): number {
  let [error, size] = [0, 0];
  values.forEach((value, index) => {
    error += (value - (result[index] ?? 0)) ** 2;
    size += value ** 2;
  });
  return error / size;
}

describe.each(NAMES)("every codec (%s)", (name) => {
  const codec = codecOf(name);

  it("is found by its name, and so is that of its sums, which leaves nothing out", () => {
    expect(codec.name).toBe(name);
    expect(codecOf(codec.sums).isSparse).toBe(false);
  });

  it("writes as many bytes as it says, and blocks that can be read apart", () => {
    for (const size of SIZES) {
      const values = normals(size);
      const bytes = encoded(codec, values);
      expect(bytes).toHaveLength(codec.sizeOf(size));
      const whole = decoded(codec, bytes, size);
      for (let first = 0; first < size; first += BLOCK_VALUES) {
        const count = Math.min(BLOCK_VALUES, size - first);
        expect(decoded(codec, bytes, count, first)).toEqual(whole.slice(first, first + count));
      }
    }
  });

  it("writes a part of a vector as it writes the whole", () => {
    const values = normals(3 * BLOCK_VALUES + 9);
    const whole = encoded(codec, values);
    const first = 2 * BLOCK_VALUES;
    const rest = encoded(codec, values.subarray(first), {key: DITHER.key, first});
    expect(toHex(rest)).toBe(toHex(whole.subarray(codec.sizeOf(first))));
  });

  it("adds to what is there", () => {
    const values = normals(300);
    const bytes = encoded(codec, values);
    const once = decoded(codec, bytes, 300);
    const sums = new Float64Array(300).fill(100);
    codec.accumulate(bytes, 0, sums);
    sums.forEach((sum, index) => expect(sum).toBe(100 + (once[index] ?? 0)));
  });

  it("reads and writes wherever the bytes lie in memory", () => {
    const values = normals(300);
    const aligned = encoded(codec, values);
    const unaligned = asUnalignedBuffer(new Uint8Array(aligned.length));
    codec.encode(values, unaligned, DITHER);
    expect(toHex(unaligned)).toBe(toHex(aligned));
    expect(decoded(codec, unaligned, 300)).toEqual(decoded(codec, aligned, 300));
  });

  it("refuses to read beyond the bytes", () => {
    const bytes = encoded(codec, normals(BLOCK_VALUES));
    for (const short of [bytes.subarray(0, -1), new Uint8Array()]) {
      expect(() => decoded(codec, short, BLOCK_VALUES)).toThrow(
        expect.objectContaining({code: expect.stringMatching(/^PARAMETERS_(NOT_FINITE|WRONG_SIZE)$/)}),
      );
    }
  });

  it("never touches the exact numbers behind the values, the weight last", () => {
    const exact = fc.float({min: Math.fround(1e-9), max: 1, noNaN: true});
    fc.assert(
      fc.property(vector({maxLength: 40}), exact, exact, (values, effort, weight) => {
        const {bytes} = encodeContribution(codec, values, [effort, weight]);
        expect(bytes).toHaveLength(contributionSize(codec, values.length, 2));
        expect([...exactOf(asUnalignedBuffer(bytes), 2)]).toEqual([effort, weight]);
        expect(weightOf(bytes)).toBe(weight);
      }),
    );
  });

  it("leaves the values it writes as they were, and writes 0 as 0", () => {
    fc.assert(
      fc.property(fc.array(finite, {maxLength: 20}), (list) => {
        const values = Float32Array.from(list);
        const before = values.slice();
        roundTrip(codec, values);
        expect(sameBits(values, before)).toBe(true);
      }),
    );
    expect(roundTrip(codec, new Float32Array(300)).every((value) => value === 0)).toBe(true);
  });

  it("stays finite on what is finite and not beyond binary16", () => {
    fc.assert(
      fc.property(fc.array(fc.float({min: -65504, max: 65504, noNaN: true}), {maxLength: 600}), (list) => {
        expect(roundTrip(codec, Float32Array.from(list)).every(Number.isFinite)).toBe(true);
      }),
    );
  });
});

describe("the codec f32", () => {
  it("gives back the values, little-endian", () => {
    fc.assert(
      fc.property(vector(), (values) => {
        expect([...roundTrip(codecOf("f32"), values)].map((value) => value + 0)).toEqual(
          [...values].map((value) => value + 0),
        );
      }),
    );
    expect(toHex(encoded(codecOf("f32"), Float32Array.of(1, -2.5)))).toBe("0000803f000020c0");
  });
});

describe("the codec fp16", () => {
  it("is within 2^-11 of every value of its normal range, relatively", () => {
    const normal = fc
      .tuple(fc.float({min: Math.fround(2 ** -14), max: 65504, noNaN: true}), fc.boolean())
      .map(([value, isNegative]) => (isNegative ? -value : value));
    fc.assert(
      fc.property(fc.array(normal, {minLength: 1, maxLength: 50}), (values) => {
        const result = roundTrip(codecOf("fp16"), Float32Array.from(values));
        values.forEach((value, index) => {
          expect(Math.abs((result[index] ?? 0) - value), `${value}`).toBeLessThanOrEqual(
            2 ** -11 * Math.abs(value),
          );
        });
      }),
    );
  });

  it("writes little-endian bytes, and saturates what is too large, counting it", () => {
    const bytes = new Uint8Array(8);
    expect(codecOf("fp16").encode(Float32Array.of(1, -2.5, 1e6, -1e30), bytes, NO_DITHER)).toBe(2);
    expect(toHex(bytes)).toBe("003c00c1ff7bfffb");
  });
});

describe.each(["f32", "fp16", "top10", "top1"] as const)("NaN and infinities (%s)", (name) => {
  it("are refused on reading, at every place", () => {
    const codec = codecOf(name);
    const patterns = name === "f32" ? [0x7fc00000, 0x7f800000, 0xff800000] : [0x7e00, 0x7c00, 0xfc00, 0x7c01];
    const bytes = encoded(codec, normals(BLOCK_VALUES));
    const [step, from] = name === "f32" ? [4, 0] : [2, name === "fp16" ? 0 : bytes.length / 3];
    for (const pattern of patterns) {
      for (let at = from; at < bytes.length; at += step) {
        const spoilt = bytes.slice();
        const view = new DataView(spoilt.buffer);
        if (step === 4) view.setUint32(at, pattern, true);
        else view.setUint16(at, pattern, true);
        expect(() => decoded(codec, spoilt, BLOCK_VALUES), `${pattern} at ${at}`).toThrow(
          expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
        );
      }
    }
  });
});

describe.each(["int8", "sign"] as const)("a scale that is NaN or infinite (%s)", (name) => {
  it("is refused on reading", () => {
    const codec = codecOf(name);
    for (const scale of [0x7fc0, 0x7f80, 0xff80]) {
      const bytes = encoded(codec, normals(300));
      new DataView(bytes.buffer).setUint16(codec.sizeOf(BLOCK_VALUES), scale, true);
      expect(() => decoded(codec, bytes, 300)).toThrow(
        expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
      );
    }
  });
});

describe.each(["top10", "top1"] as const)("the places of values (%s)", (name) => {
  it("ascend within their block; all others are refused", () => {
    const codec = codecOf(name);
    const bytes = encoded(codec, normals(300));
    const [first = 0, second = 0] = bytes;
    const last = codec.sizeOf(BLOCK_VALUES);
    for (const [what, at, place] of [
      ["one twice", 0, second],
      ["out of order", 1, first],
      ["beyond a short block", last + codec.sizeOf(44) / 3 - 1, 44],
    ] as const) {
      const spoilt = bytes.slice();
      spoilt[at] = place;
      expect(() => decoded(codec, spoilt, 300), what).toThrow(
        expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
      );
    }
  });
});

describe("the codec int8", () => {
  const codec = codecOf("int8");

  it("is unbiased: the mean of 10,000 copies is within 5 standard errors (P10)", () => {
    const values = normals(64);
    const sums = new Float64Array(64);
    const scale = Math.max(...values.map(Math.abs)) / 127;
    for (let copy = 0; copy < 10_000; copy++) {
      const dither = drawDither(createRandom({seed: copy, site: "", round: 0, purpose: "dither"}));
      codec.accumulate(encoded(codec, values, dither), 0, sums);
    }
    values.forEach((value, index) => {
      const error = Math.abs((sums[index] ?? 0) / 10_000 - value);
      expect(error, `value ${index}`).toBeLessThan((5 * scale) / 2 / 100);
    });
  });

  it("is never a level away from any value", () => {
    fc.assert(
      fc.property(vector({minLength: 1, maxLength: 700}), fc.nat(), (values, key) => {
        const result = roundTrip(codec, values, {key: [key, 0], first: 0});
        for (let first = 0; first < values.length; first += BLOCK_VALUES) {
          const block = values.subarray(first, first + BLOCK_VALUES);
          // The scale may be 1/128 above max / 127, and binary32 rounds the quotient.
          const level = (Math.max(...block.map(Math.abs)) / 127) * (1 + 2 ** -7) * (1 + 2 ** -16) + 2 ** -133;
          block.forEach((value, index) => {
            expect(Math.abs((result[first + index] ?? 0) - value)).toBeLessThanOrEqual(level);
          });
        }
      }),
    );
  });

  it("draws the word of a value's place from philox", () => {
    const [word] = philox4x32([64, 0, 0, 0], [17, 4]);
    const unit = (word >>> 8) * 2 ** -24;
    // The least bfloat16 above 1 / 127 is 130 / 16384: value 256 of the vector is between two levels.
    const values = new Float32Array(257);
    values[256] = 1;
    const bytes = encoded(codec, values.subarray(256), {key: [17, 4], first: 256});
    expect(bytes[2]).toBe(Math.floor(Math.fround(1 / (130 / 16384)) + unit));
  });
});

/** Relative squared errors on standard normal values: reference 3.1, computed apart; theory for sign: 1 - 2 / pi. */
describe.each([
  ["f32", 0, 1e-30, 4],
  ["fp16", 4.6e-8, 0.1, 2],
  ["int8", 1.05e-4, 0.07, 1.0078],
  ["sign", 0.3634, 0.01, 0.1328],
  ["top10", 0.557, 0.03, 0.305],
  ["top1", 0.905, 0.03, 0.0352],
] as const)("on normal values (%s)", (name, error, tolerance, bytesPerValue) => {
  it("has the error and the size that the reference states", () => {
    const codec = codecOf(name);
    const values = normals(1 << 18, 5);
    const measured = relativeError(values, roundTrip(codec, values));
    expect(Math.abs(measured - error)).toBeLessThanOrEqual(tolerance * error);
    expect(codec.sizeOf(values.length) / values.length).toBeCloseTo(bytesPerValue, 3);
  });
});
