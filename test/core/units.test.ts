import fc from "fast-check";
import {describe, expect, it} from "vitest";
import {formatBytes, formatSeconds} from "../../src/core/index.ts";

describe("sizes for people", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [1_300_000, "1.3 MB"],
    [2_500_000_000, "2.5 GB"],
    [7e15, "7000.0 TB"],
  ])("%d bytes are %s", (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text);
  });

  it("are right to a twentieth of the unit", () => {
    const units = ["B", "kB", "MB", "GB", "TB"];
    fc.assert(
      fc.property(fc.integer({min: 0, max: 1e15}), (sizeBytes) => {
        const [value = "", unit = ""] = formatBytes(sizeBytes).split(" ");
        const scale = 1000 ** units.indexOf(unit);
        expect(Math.abs(Number(value) * scale - sizeBytes)).toBeLessThanOrEqual(0.0501 * scale);
      }),
    );
  });
});

describe("durations for people", () => {
  it.each([
    [0.84, "0.8 s"],
    [42.3, "42 s"],
    [185, "3 min 5 s"],
    [119.7, "2 min 0 s"],
    [179.7, "3 min 0 s"],
    [3600, "60 min 0 s"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it("never show sixty seconds beside minutes", () => {
    fc.assert(
      fc.property(fc.nat({max: 100_000}), (tenths) => {
        expect(formatSeconds(tenths / 10)).not.toMatch(/min 60 s/);
      }),
      {numRuns: 2000},
    );
  });
});
