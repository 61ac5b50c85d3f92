import {describe, expect, it} from "vitest";
import {errorLine} from "../../src/core/index.ts";
import {readSite} from "../../src/data/index.ts";
import {taskWith, thrownBy} from "./workspace.ts";

/** What is told of one column `x` of `values` in the range. */
async function told(values: readonly (number | string)[], range: string): Promise<string[]> {
  const rows = values.map((value, row) => `p${row},${value},${row % 2}`);
  const located = await taskWith(
    {"alpha.csv": ["id,x,stroke", ...rows].join("\n")},
    {columns: `[{name: x, type: number, unit: s, range: ${range}}]`},
  );
  const lines: string[] = [];
  const findings = {
    fault: (fault: Error): never => {
      throw fault;
    },
    tell: (level: string, text: string) => void lines.push(`${level}: ${text}`),
    progress: () => undefined,
  };
  await readSite({...located, site: "alpha", findings});
  return lines;
}

describe("a feature that a model does not see", () => {
  it("is told when it has one value", async () => {
    expect(await told([5, 5, 5], "[0, 10]")).toEqual([
      "warning: no model learns from what is constant in these data: x",
    ]);
  });

  it("is told when f32 rounds its differences away: seconds since 1970, numbers of 17 digits", async () => {
    // The f32 next to 1.7e9 are 128 apart.
    const seconds = Array.from({length: 60}, (_, row) => 1_700_000_000 + row);
    expect((await told(seconds, "[1.6e9, 1.8e9]"))[0]).toMatch(
      /^warning: differences are lost, .*: x; count from a later/,
    );
    const ids = Array.from({length: 9}, (_, row) => `9007199254741${row}93`);
    expect((await told(ids, "[9e15, 9.1e15]"))[0]).toMatch(/^warning: differences are lost/);
  });

  it("is told when its range is a thousand times what it spans", async () => {
    expect(await told([40, 50, 60], "[-1e6, 1e6]")).toEqual([
      "warning: values span less than a thousandth of the declared range: x; narrow it, so that wrong units and slips are found",
    ]);
  });

  // Sites share the variance as a share of the squared range, in f32, whose least normal number is 2^-126.
  it("is told when its range is so wide that the variance a consortium shares is lost", async () => {
    expect(await told([40, 50, 60], "[-1e38, 1e38]")).toEqual([
      "warning: no model of several sites learns from what spans too little of its declared range: x; narrow the range",
    ]);
    expect(await told([40, 50, 60], "[-1e19, 1e19]")).toEqual([
      expect.stringMatching(/^warning: values span less than a thousandth/),
    ]);
  });

  it("is none when values and range fit: ages, laboratory values, days since 1970", async () => {
    expect(await told([40, 50, 60], "[0, 120]")).toEqual([]);
    expect(await told(["0.013", "0.0127", "1.9"], "[0, 10]")).toEqual([]);
    expect(await told([19_000, 19_850, 20_001], "[10000, 30000]")).toEqual([]);
  });
});

describe("a number beyond those of 32 bits", () => {
  it.each(["1e39", "-3.5e38"])("is refused: %s", async (value) => {
    const line = errorLine(await thrownBy(() => told([1, value], "[-1e40, 1e40]")));
    expect(line).toBe(
      "DATA_VALUE_OUT_OF_RANGE: alpha.csv:3:2: x: is beyond 3.4e38, the greatest number that a model takes in. Give " +
        "the column a larger unit.",
    );
  });

  it("is not the greatest of them", async () => {
    expect(await told([1, "3.4028234e38"], "[-1e39, 1e39]")).toEqual([]);
  });
});
