import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {codecOf, contributionSize, encodeContribution, weightOf} from "../../src/parameters/index.ts";
import {asUnalignedBuffer, sameBits} from "./bits.ts";

const finite = fc.float({noNaN: true, noDefaultInfinity: true});
const vector = (constraints: fc.IntArrayConstraints = {}) =>
  fc.float32Array({...constraints, noNaN: true, noDefaultInfinity: true});

function roundTrip(name: "f32" | "fp16", values: Float32Array): {decoded: Float32Array; saturated: number} {
  const codec = codecOf(name);
  const bytes = new Uint8Array(values.length * codec.bytesPerValue);
  const saturated = codec.encode(values, bytes);
  const sums = new Float64Array(values.length);
  codec.accumulate(bytes, 0, sums);
  return {decoded: Float32Array.from(sums), saturated};
}

describe("the codec f32", () => {
  it("gives back the values", () => {
    fc.assert(
      fc.property(vector(), (values) => {
        const {decoded, saturated} = roundTrip("f32", values);
        expect([...decoded].map((value) => value + 0)).toEqual([...values].map((value) => value + 0));
        expect(saturated).toBe(0);
      }),
    );
  });

  it("writes little-endian bytes", () => {
    const bytes = new Uint8Array(8);
    codecOf("f32").encode(Float32Array.of(1, -2.5), bytes);
    expect([...bytes]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]);
  });
});

describe("the codec fp16", () => {
  it("is within 2^-11 of every value of its normal range, relatively", () => {
    const normal = fc
      .tuple(fc.float({min: Math.fround(2 ** -14), max: 65504, noNaN: true}), fc.boolean())
      .map(([value, isNegative]) => (isNegative ? -value : value));
    fc.assert(
      fc.property(fc.array(normal, {minLength: 1, maxLength: 50}), (values) => {
        const {decoded} = roundTrip("fp16", Float32Array.from(values));
        values.forEach((value, index) => {
          expect(Math.abs((decoded[index] ?? 0) - value), `${value}`).toBeLessThanOrEqual(
            2 ** -11 * Math.abs(value),
          );
        });
      }),
    );
  });

  it("writes little-endian bytes, and saturates what is too large, counting it", () => {
    const bytes = new Uint8Array(8);
    expect(codecOf("fp16").encode(Float32Array.of(1, -2.5, 1e6, -1e30), bytes)).toBe(2);
    expect([...bytes]).toEqual([0x00, 0x3c, 0x00, 0xc1, 0xff, 0x7b, 0xff, 0xfb]);
  });
});

describe.each(["f32", "fp16"] as const)("either codec (%s)", (name) => {
  const codec = codecOf(name);

  it("adds to what is there, from the value asked for on", () => {
    const bytes = new Uint8Array(5 * codec.bytesPerValue);
    codec.encode(Float32Array.of(1, 2, 3, 4, 5), bytes);
    const sums = Float64Array.of(100, 200);
    codec.accumulate(bytes, 2, sums);
    codec.accumulate(bytes, 0, sums);
    expect([...sums]).toEqual([104, 206]);
  });

  it("reads and writes wherever the bytes lie in memory", () => {
    const values = Float32Array.of(1, -0.5, 2048);
    const aligned = new Uint8Array(3 * codec.bytesPerValue);
    const unaligned = asUnalignedBuffer(aligned);
    codec.encode(values, aligned);
    codec.encode(values, unaligned);
    expect([...unaligned]).toEqual([...aligned]);
    const sums = new Float64Array(3);
    codec.accumulate(unaligned, 0, sums);
    expect([...sums]).toEqual([...values]);
  });

  it("refuses NaN and infinities on reading, at every place", () => {
    const patterns =
      name === "f32" ? [0x7fc00000, 0x7f800000, 0xff800000, 0x7f800001] : [0x7e00, 0x7c00, 0xfc00, 0x7c01];
    for (const pattern of patterns) {
      for (let place = 0; place < 5; place++) {
        const bytes = new Uint8Array(5 * codec.bytesPerValue);
        const view = new DataView(bytes.buffer);
        if (name === "f32") view.setUint32(4 * place, pattern, true);
        else view.setUint16(2 * place, pattern, true);
        expect(() => codec.accumulate(bytes, 0, new Float64Array(5)), `${pattern} at ${place}`).toThrow(
          expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
        );
      }
    }
  });

  it("refuses to read beyond the bytes", () => {
    const bytes = new Uint8Array(2 * codec.bytesPerValue);
    expect(() => codec.accumulate(bytes, 1, new Float64Array(2))).toThrow(
      expect.objectContaining({code: "PARAMETERS_NOT_FINITE"}),
    );
  });

  it("never touches the weight: it is exact behind whatever values", () => {
    fc.assert(
      fc.property(
        vector({maxLength: 40}),
        fc.float({min: Math.fround(1e-9), max: 1, noNaN: true}),
        (values, weight) => {
          const {bytes} = encodeContribution(codec, values, weight);
          expect(bytes).toHaveLength(contributionSize(codec, values.length));
          expect(weightOf(bytes)).toBe(weight);
          expect(weightOf(asUnalignedBuffer(bytes))).toBe(weight);
        },
      ),
    );
  });

  it("leaves the values it writes as they were", () => {
    fc.assert(
      fc.property(fc.array(finite, {maxLength: 20}), (list) => {
        const values = Float32Array.from(list);
        const before = values.slice();
        roundTrip(name, values);
        expect(sameBits(values, before)).toBe(true);
      }),
    );
  });
});
