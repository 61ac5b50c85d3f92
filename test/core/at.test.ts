import {describe, expect, it} from "vitest";
import {at} from "../../src/core/index.ts";

describe("at", () => {
  it("returns elements of arrays, typed arrays and texts, whatever they are", () => {
    expect(at([7, 8], 0)).toBe(7);
    expect(at([7, undefined], 1)).toBeUndefined();
    expect(at(Float32Array.of(0.5, 0), 1)).toBe(0);
    expect(at("ab", 1)).toBe("b");
  });

  it("throws for every index that names no element", () => {
    for (const index of [-1, 2, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => at([7, 8], index), String(index)).toThrow(
        expect.objectContaining({code: "CORE_INDEX_OUT_OF_RANGE"}),
      );
    }
    expect(() => at(new Uint8Array(), 0)).toThrow(`index 0 is outside an array of length 0`);
  });
});
