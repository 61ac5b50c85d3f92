import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {expectSize} from "../../src/parameters/contribution.ts";
import {codecOf, contributionSize, partition} from "../../src/parameters/index.ts";

const codecs = fc
  .constantFrom("f32" as const, "fp16", "int8", "sign", "top10", "top1")
  .map((name) => codecOf(name));
const sizes = fc.oneof(fc.nat({max: 2000}), fc.integer({min: 16_000, max: 200_000}));

describe("the chunks of a vector", () => {
  it("hold every value and every byte once, in order, the last one with the weight", () => {
    fc.assert(
      fc.property(codecs, sizes, fc.integer({min: 1, max: 40}), (codec, values, parts) => {
        const chunks = partition(codec, values, parts);
        let nextValue = 0;
        let nextByte = 0;
        chunks.forEach((chunk, index) => {
          const isLast = index === chunks.length - 1;
          expect(chunk.firstValue).toBe(nextValue);
          expect(chunk.offsetBytes).toBe(nextByte);
          expect(chunk.exact).toBe(isLast ? 1 : 0);
          expect(chunk.lengthBytes).toBe(codec.sizeOf(chunk.values) + (isLast ? 4 : 0));
          nextValue += chunk.values;
          nextByte += chunk.lengthBytes;
        });
        expect(nextValue).toBe(values);
        expect(nextByte).toBe(contributionSize(codec, values));
        expect(chunks.length).toBeLessThanOrEqual(parts);
      }),
    );
  });

  it("begin at multiples of 256 values, and none is empty or much larger than another", () => {
    fc.assert(
      fc.property(
        codecs,
        fc.integer({min: 1, max: 200_000}),
        fc.integer({min: 1, max: 40}),
        (codec, values, parts) => {
          const chunks = partition(codec, values, parts);
          for (const {firstValue, values: length} of chunks) {
            expect(firstValue % 256).toBe(0);
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(256 * Math.ceil(values / 256 / chunks.length));
          }
        },
      ),
    );
  });

  it("are one up to 64 KiB of parameters, and as many as the parts above", () => {
    for (const name of ["f32", "fp16"] as const) {
      expect(partition(codecOf(name), 16_384, 4)).toHaveLength(1);
      expect(partition(codecOf(name), 16_385, 4)).toHaveLength(4);
      expect(partition(codecOf(name), 16_385, 1)).toHaveLength(1);
      // 65 blocks cannot be cut into more than 65 chunks.
      expect(partition(codecOf(name), 16_385, 100)).toHaveLength(65);
    }
  });

  it("of no values are one that holds the weight", () => {
    expect(partition(codecOf("f32"), 0, 3)).toEqual([
      {
        firstValue: 0,
        values: 0,
        offsetBytes: 0,
        lengthBytes: 4,
        exact: 1,
        sum: {offsetBytes: 0, lengthBytes: 4},
      },
    ]);
  });

  it("are refused with another size than their place, which is told beside the size that came", () => {
    expect(() => expectSize({offsetBytes: 0, lengthBytes: 12}, new Uint8Array(12))).not.toThrow();
    for (const actualBytes of [0, 11, 13]) {
      expect(() => expectSize({offsetBytes: 0, lengthBytes: 12}, new Uint8Array(actualBytes))).toThrow(
        expect.objectContaining({
          code: "PARAMETERS_WRONG_SIZE",
          message: "a chunk has not the size of its place in the vector",
          data: {expectedBytes: 12, actualBytes},
        }),
      );
    }
  });
});
